using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>Everything that an engine has to know before it runs a statement, in any process.</summary>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="MemoryLimitBytes">Its memory limit.</param>
/// <param name="MaxTempBytes">The limit of its spill files.</param>
/// <param name="DataFolder">The folder of all data files; nothing else is read.</param>
/// <param name="HostFolder">A folder whose name is removed from messages.</param>
/// <param name="HasVectors">Whether a module answers the vector functions.</param>
/// <param name="Bounds">The bounds of the gate.</param>
internal sealed record EngineSetup(
    int Threads, long MemoryLimitBytes, long MaxTempBytes, string DataFolder, string HostFolder, bool HasVectors, GateBounds Bounds)
{
    public static EngineSetup Of(QueryOptions options, IObjectStore store, StorageOptions storage, bool hasVectors) => new(
        options.Threads,
        options.MemoryLimitBytes,
        options.MaxTempBytes,
        store.LocalFolder,
        storage.DataDirectory,
        hasVectors,
        GateBounds.Of(options));

    public void Write(FrameWriter frame)
    {
        frame.Int(Threads).Long(MemoryLimitBytes).Long(MaxTempBytes).Text(DataFolder).Text(HostFolder).Flag(HasVectors);
        frame.Int(Bounds.MaxListLength).Int(Bounds.MaxRepeat).Int(Bounds.MaxPivotColumns);
        frame.Int(Bounds.MaxDepth).Int(Bounds.MaxGroupingSets).Int(Bounds.MaxExpandedTables).Int(Bounds.MaxParameters).Int(Bounds.MaxPlans);
    }

    public static EngineSetup Read(ref FrameReader frame) => new(
        frame.Int(),
        frame.Long(),
        frame.Long(),
        frame.Text(),
        frame.Text(),
        frame.Flag(),
        new GateBounds(frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int()));
}
