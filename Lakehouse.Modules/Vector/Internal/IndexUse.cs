namespace Lakehouse.Vector.Internal;

/// <summary>The use of an index, which keeps it from being deleted until it is disposed of, once.</summary>
internal readonly struct IndexUse(DurableIndex index) : IDisposable
{
    public DurableIndex Index => index;

    public void Dispose() => index.Leave();
}
