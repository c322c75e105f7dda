using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>Everything that an engine has to know before it runs a statement, in any process.</summary>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="MemoryLimitBytes">Its memory limit.</param>
/// <param name="MaxTempBytes">The limit of its spill files.</param>
/// <param name="ResidentBytes">The data files of all datasets that it keeps in memory.</param>
/// <param name="DataFolder">The folder of all data files; nothing else is read.</param>
/// <param name="HostFolder">A folder whose name is removed from messages.</param>
/// <param name="HasVectors">Whether a module answers the vector functions.</param>
/// <param name="Bounds">The bounds of the gate.</param>
/// <param name="SystemTables">The system tables.</param>
internal sealed record EngineSetup(
    int Threads, long MemoryLimitBytes, long MaxTempBytes, long ResidentBytes, string DataFolder, string HostFolder, bool HasVectors, GateBounds Bounds,
    IReadOnlyList<SystemTableShape> SystemTables)
{
    public static EngineSetup Of(
        QueryOptions options, IObjectStore store, StorageOptions storage, bool hasVectors, IReadOnlyList<SystemTableShape> systemTables) =>
        new(
        options.Threads,
        options.MemoryLimitBytes,
        options.MaxTempBytes,
        options.ResidentBytes,
        store.LocalFolder,
        storage.DataDirectory,
        hasVectors,
        GateBounds.Of(options),
        systemTables);

    public void Write(FrameWriter frame)
    {
        frame.Int(Threads).Long(MemoryLimitBytes).Long(MaxTempBytes).Long(ResidentBytes).Text(DataFolder).Text(HostFolder).Flag(HasVectors);
        frame.Int(Bounds.MaxListLength).Int(Bounds.MaxRepeat).Int(Bounds.MaxPivotColumns);
        frame.Int(Bounds.MaxDepth).Int(Bounds.MaxGroupingSets).Int(Bounds.MaxExpandedTables).Int(Bounds.MaxParameters).Int(Bounds.MaxPlans);
        frame.Int(SystemTables.Count);
        foreach (var table in SystemTables)
        {
            frame.Text(table.Name).Flag(table.IsDataset).Int(table.Columns.Count);
            foreach (var column in table.Columns)
            {
                frame.Text(column.Name).Text(column.Type);
            }
        }
    }

    public static EngineSetup Read(ref FrameReader frame) => new(
        frame.Int(),
        frame.Long(),
        frame.Long(),
        frame.Long(),
        frame.Text(),
        frame.Text(),
        frame.Flag(),
        new GateBounds(frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int(), frame.Int()),
        ReadTables(ref frame));

    private static SystemTableShape[] ReadTables(ref FrameReader frame)
    {
        var tables = new SystemTableShape[frame.Count()];
        for (var i = 0; i < tables.Length; i++)
        {
            var (name, isDataset, columns) = (frame.Text(), frame.Flag(), new QueryColumn[frame.Count()]);
            for (var j = 0; j < columns.Length; j++)
            {
                columns[j] = new QueryColumn(frame.Text(), frame.Text());
            }

            tables[i] = new SystemTableShape(name, columns, isDataset);
        }

        return tables;
    }
}
