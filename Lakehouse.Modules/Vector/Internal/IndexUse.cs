namespace Lakehouse.Vector.Internal;

/// <summary>A use of an index, which must be disposed of exactly once; until then the index is not deleted.</summary>
internal readonly struct IndexUse(DurableIndex index) : IDisposable
{
    public DurableIndex Index => index;

    public void Dispose() => index.Leave();
}
