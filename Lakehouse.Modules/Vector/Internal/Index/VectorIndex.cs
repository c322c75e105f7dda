using System.Runtime.InteropServices;
using System.Text;
using Lakehouse.Hnsw;
using Lakehouse.Hnsw.Memory;
using Lakehouse.Vector.Internal.Keyword;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// An index in memory: vectors, graph, ids, metadata and texts. Searches take no lock. Changes are applied one after the other, in the order of the log, by
/// copying the items in. Linking them into the graph, which takes most of the time, runs concurrently with other changes and searches.
/// </summary>
internal sealed unsafe class VectorIndex : IDisposable
{
    private const int TextLockCount = 64;
    private const int IdsUnderLock = 1_024;

    // For each node the records of its id (always), its metadata and its text. The record of a text is its length (int32) and its UTF-8.
    private readonly NodeBlocks _idRecords = new(sizeof(byte*));
    private readonly PointerTable _metadata = new();
    private readonly PointerTable _texts = new();
    private readonly RecordArena _records = new();
    private readonly IdTable _ids;
    private readonly Lock _table = new();
    private readonly List<(nint Record, int Size)> _retired = [];
    private readonly ReaderWriterLockSlim _linking = new();
    private readonly Lock[] _texting = [.. Enumerable.Range(0, TextLockCount).Select(_ => new Lock())];

    /// <summary>An empty index.</summary>
    /// <param name="spec">Its parameters.</param>
    /// <param name="seed">The seed that chooses the layers of nodes; null for a random one.</param>
    public VectorIndex(VectorIndexSpec spec, int? seed = null)
    {
        Spec = spec;
        Graph = new VectorGraph(spec.Dimension, spec.Metric, spec.Quantization, spec.M, spec.EfConstruction, seed ?? Environment.TickCount);
        _ids = new IdTable(_idRecords);
    }

    public VectorIndexSpec Spec { get; }

    public VectorGraph Graph { get; }

    /// <summary>How many items there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The inverted index of the texts.</summary>
    public KeywordIndex Keywords { get; } = new();

    /// <summary>True when an item has a text, or had one.</summary>
    public bool HasTexts => _texts.IsInUse;

    /// <summary>The memory of the whole index.</summary>
    public long SizeBytes =>
        Graph.SizeBytes
        + (Graph.NodeCount * sizeof(byte*))
        + _metadata.SizeBytes(Graph.NodeCount)
        + _texts.SizeBytes(Graph.NodeCount)
        + _records.SizeBytes
        + _ids.SizeBytes
        + Keywords.SizeBytes;

    /// <summary>The pointers of a node; for callers that exclude <see cref="Vacuum"/>, which frees the records.</summary>
    public Item ItemOf(uint node) => new() { IdRecord = IdRecordOf(node), MetadataRecord = _metadata.Get(node) };

    /// <summary>The metadata of a node; for readers between <see cref="VectorGraph.Enter"/> and <see cref="VectorGraph.Leave"/>.</summary>
    public MetadataDocument Metadata(uint node) => new(_metadata.Get(node));

    /// <summary>The id of a node; for readers, as <see cref="Metadata"/>.</summary>
    public ReadOnlySpan<byte> Id(uint node) => Item.IdOf(IdRecordOf(node));

    /// <summary>The text of a node in UTF-8, empty for none; for readers, as <see cref="Metadata"/>.</summary>
    public ReadOnlySpan<byte> Text(uint node) => TextRecordOf(node) is var record and not null ? new(record + sizeof(int), *(int*)record) : default;

    /// <summary>The record of a node's text, or null; for the same callers as <see cref="ItemOf"/>.</summary>
    public byte* TextRecordOf(uint node) => _texts.Get(node);

    /// <summary>A copy of the item of a node; for readers, as <see cref="Metadata"/>.</summary>
    public StoredItem Read(uint node, ItemParts parts) => new(
        Encoding.UTF8.GetString(Id(node)),
        parts.HasFlag(ItemParts.Vector) ? Graph.Read(node).ToArray() : null,
        parts.HasFlag(ItemParts.Metadata) ? Metadata(node).Json.ToArray() : null,
        parts.HasFlag(ItemParts.Text) && Text(node) is { Length: > 0 } text ? Encoding.UTF8.GetString(text) : null);

    /// <summary>
    /// The nodes that a search must leave out of its answer, because an item that was replaced meanwhile was found both before and after. Null for none. For
    /// readers, as <see cref="Metadata"/>.
    /// </summary>
    public HashSet<uint>? FindRepeated(IEnumerable<uint> found)
    {
        HashSet<uint>? replaced = null;
        foreach (var node in found)
        {
            if (!Graph.IsLive(node))
            {
                (replaced ??= []).Add(node);
            }
        }

        // Of several nodes of an item the live one stays, or else the first.
        replaced?.RemoveWhere(node => !found.Any(
            other => other != node && Id(other).SequenceEqual(Id(node)) && (other < node || !replaced.Contains(other))));
        return replaced;
    }

    /// <summary>
    /// The first items whose ids sort after <paramref name="startAfter"/>; one more than <paramref name="countMax"/> where there are more. For readers, as
    /// <see cref="Metadata"/>.
    /// </summary>
    public List<uint> List(byte[] startAfter, int countMax)
    {
        // The largest id is at the head, so that a smaller one replaces it.
        var smallest = new PriorityQueue<uint, uint>(Comparer<uint>.Create((left, right) => Id(right).SequenceCompareTo(Id(left))));
        for (var node = 0u; node < Graph.NodeCount; node++)
        {
            if (!Graph.IsLive(node) || Id(node).SequenceCompareTo(startAfter) <= 0)
            {
                continue;
            }

            if (smallest.Count <= countMax)
            {
                smallest.Enqueue(node, node);
            }
            else if (Id(node).SequenceCompareTo(Id(smallest.Peek())) < 0)
            {
                smallest.DequeueEnqueue(node, node);
            }
        }

        var nodes = new List<uint>(smallest.Count);
        while (smallest.TryDequeue(out var node, out _))
        {
            nodes.Add(node);
        }

        nodes.Reverse();
        return nodes;
    }

    /// <summary>The most memory that a batch can take.</summary>
    public long EstimateBytes(ItemBatch batch)
    {
        var newNodes = Math.Max(0, batch.Count - Graph.FreeCount);
        var bytes = newNodes * (Graph.NodeSizeBytes + sizeof(Item) + (2 * sizeof(uint)));
        for (var i = 0; i < batch.Count; i++)
        {
            bytes += RecordArena.RoundUp(sizeof(ushort) + batch[i].Id.Length) + (batch[i].Metadata is { } record ? RecordArena.RoundUp(record.Length) : 0);
            bytes += batch[i].Text is { Length: > 0 } text
                ? sizeof(byte*) + RecordArena.RoundUp(sizeof(int) + text.Length) + KeywordIndex.EstimateBytes(text.Length)
                : 0;
        }

        return bytes;
    }

    /// <summary>Applies a batch. Look-ups by id see the new items once <paramref name="applied"/> is called, searches when this returns.</summary>
    /// <param name="batch">The items.</param>
    /// <param name="threadCount">How many threads link items.</param>
    /// <param name="applied">Called when the next change may be applied.</param>
    public AddResult Add(ItemBatch batch, int threadCount, Action applied)
    {
        _linking.EnterReadLock();
        try
        {
            var retexted = new List<uint>();
            List<(uint Node, uint? Before)> added;
            AddResult result;
            lock (_table)
            {
                (added, result) = StoreItems(batch, retexted);
            }

            applied();
            Link(added, threadCount);
            Graph.Settle();
            foreach (var node in retexted)
            {
                IndexText(node);
            }

            return result;
        }
        finally
        {
            _linking.ExitReadLock();
        }
    }

    /// <summary>Deletes items.</summary>
    /// <returns>The positions of ids without an item.</returns>
    public List<int> Remove(IReadOnlyList<byte[]> ids)
    {
        var missing = new List<int>();
        _linking.EnterReadLock();
        try
        {
            lock (_table)
            {
                for (var i = 0; i < ids.Count; i++)
                {
                    if (_ids.TryFind(ids[i], out var node))
                    {
                        _ids.Remove(ids[i]);
                        Delete(node);
                    }
                    else
                    {
                        missing.Add(i);
                    }
                }
            }
        }
        finally
        {
            _linking.ExitReadLock();
        }

        return missing;
    }

    /// <summary>The nodes of some ids as a bitmap; ids without an item are ignored. For readers, as <see cref="Metadata"/>.</summary>
    public ulong[] Select(IEnumerable<ReadOnlyMemory<byte>> ids)
    {
        const int wordBits = 64;
        var bits = new ulong[(Graph.NodeCount + wordBits - 1) / wordBits];
        foreach (var part in ids.Chunk(IdsUnderLock))
        {
            lock (_table)
            {
                foreach (var id in part)
                {
                    if (_ids.TryFind(id.Span, out var node) && node / wordBits < (uint)bits.Length)
                    {
                        bits[node / wordBits] |= 1UL << (int)(node % wordBits);
                    }
                }
            }
        }

        return bits;
    }

    /// <summary>Finds the node of an id; for readers, as <see cref="Metadata"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> id, out uint node)
    {
        lock (_table)
        {
            return _ids.TryFind(id, out node);
        }
    }

    /// <summary>
    /// Frees the slots of deleted items. First, links to them are replaced while changes and searches run; then the links that are left, while no change is
    /// applied. The slots are freed when the readers that may still see them have left.
    /// </summary>
    /// <param name="threadCount">How many threads repair links.</param>
    /// <param name="isolated">Called while no change is applied and no deleted node is linked to; null for none.</param>
    public void Vacuum(int threadCount, Action? isolated = null)
    {
        _linking.EnterReadLock();
        try
        {
            Graph.Repair(threadCount);
        }
        finally
        {
            _linking.ExitReadLock();
        }

        IReadOnlyList<uint> detached;
        List<(nint Record, int Size)> retired;
        _linking.EnterWriteLock();
        try
        {
            detached = Graph.Detach(threadCount);
            retired = [.. _retired];
            _retired.Clear();
            isolated?.Invoke();
        }
        finally
        {
            _linking.ExitWriteLock();
        }

        Graph.WaitForReaders();
        lock (_table)
        {
            foreach (var node in detached)
            {
                FreeItem(node);
            }

            foreach (var (record, size) in retired)
            {
                _records.Free((byte*)record, size);
            }

            Graph.Free(detached);
        }
    }

    /// <summary>True when there are slots or records to free.</summary>
    public bool HasGarbage => Graph.DeletedCount > 0 || _retired.Count > 0;

    /// <summary>Adds a node of a snapshot. The reader of the snapshot sets its vector and links before any other thread sees the index.</summary>
    public void Restore(uint node, ReadOnlySpan<byte> id, byte[]? metadata, byte[]? text)
    {
        SetItem(node, id, metadata, text);
        Graph.Publish(node);
        Graph.Enliven(node);
        _ids.Set(node);
    }

    /// <summary>Builds the inverted index of the restored texts.</summary>
    public void IndexTexts()
    {
        if (HasTexts)
        {
            Parallel.For(0L, Graph.NodeCount, node => IndexText((uint)node));
        }
    }

    public void Dispose()
    {
        Graph.Dispose();
        Keywords.Dispose();
        _texts.Dispose();
        _metadata.Dispose();
        _idRecords.Dispose();
        _records.Dispose();
        _linking.Dispose();
    }

    private (List<(uint Node, uint? Before)> Added, AddResult Result) StoreItems(ItemBatch batch, List<uint> retexted)
    {
        var added = new List<(uint, uint?)>(batch.Count);
        var newCount = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var entry = batch[i];
            uint? before = _ids.TryFind(entry.Id, out var found) ? found : null;
            newCount += before is null ? 1 : 0;
            if (before is { } same && IsSame(Graph.Read(same), entry.Vector.Span))
            {
                ReplaceMetadata(same, entry);
                if (ReplaceText(same, entry))
                {
                    retexted.Add(same);
                }

                continue;
            }

            var node = Graph.Take(entry.Vector.Span);
            var metadata = entry.HasMetadata || before is not { } old ? entry.Metadata : Metadata(old).ToRecord();
            SetItem(node, entry.Id, metadata, entry.Text ?? (before is { } previous ? Text(previous).ToArray() : null));
            Graph.Publish(node);
            _ids.Set(node);
            added.Add((node, before));
        }

        return (added, new AddResult(newCount, batch.Count - newCount, _ids.Count));
    }

    private void ReplaceMetadata(uint node, ItemBatch.Entry entry)
    {
        if (!entry.HasMetadata)
        {
            return;
        }

        var before = _metadata.Get(node);
        _metadata.Set(node, entry.Metadata is null ? null : _records.Add(entry.Metadata), Graph.NodeCount);
        if (before is not null)
        {
            _retired.Add(((nint)before, MetadataDocument.SizeOf(before)));
        }
    }

    /// <summary>Replaces the text of a node. True when it has changed.</summary>
    private bool ReplaceText(uint node, ItemBatch.Entry entry)
    {
        if (entry.Text is null || Text(node).SequenceEqual(entry.Text))
        {
            return false;
        }

        var before = TextRecordOf(node);
        SetText(node, entry.Text);
        if (before is not null)
        {
            _retired.Add(((nint)before, TextSizeOf(before)));
        }

        return true;
    }

    private void SetText(uint node, byte[]? text)
    {
        byte* record = null;
        if (text is { Length: > 0 })
        {
            var bytes = new byte[sizeof(int) + text.Length];
            MemoryMarshal.Write(bytes, text.Length);
            text.CopyTo(bytes.AsSpan(sizeof(int)));
            record = _records.Add(bytes);
        }

        _texts.Set(node, record, Graph.NodeCount);
    }

    private static int TextSizeOf(byte* record) => sizeof(int) + *(int*)record;

    /// <summary>Updates the terms of a node from its current text. Of several threads that do so for one node, the last one sees the newest text.</summary>
    private void IndexText(uint node)
    {
        if (!HasTexts)
        {
            return;
        }

        lock (_texting[node % TextLockCount])
        {
            if (Graph.IsDeleted(node) || Text(node) is not { Length: > 0 } text)
            {
                Keywords.Remove(node);
            }
            else
            {
                Keywords.Set(node, Encoding.UTF8.GetString(text));
            }
        }
    }

    private void Delete(uint node)
    {
        Graph.Delete(node);
        IndexText(node);
    }

    private void Link(List<(uint Node, uint? Before)> added, int threadCount)
    {
        if (added.Count == 1)
        {
            Link(added[0]);
            return;
        }

        Parallel.For(0, added.Count, new ParallelOptions { MaxDegreeOfParallelism = threadCount }, i => Link(added[i]));
    }

    private void Link((uint Node, uint? Before) added)
    {
        var context = Graph.Enter();
        try
        {
            Graph.Link(added.Node, context);
        }
        finally
        {
            Graph.Leave(context);
        }

        IndexText(added.Node);

        // In this order at most one of the two nodes is live at any time; for a very short time neither is.
        if (added.Before is { } before)
        {
            Delete(before);
        }

        Graph.Enliven(added.Node);
    }

    private void SetItem(uint node, ReadOnlySpan<byte> id, byte[]? metadata, byte[]? text)
    {
        _idRecords.EnsureCapacity(node + 1);
        var record = new byte[sizeof(ushort) + id.Length];
        MemoryMarshal.Write(record, (ushort)id.Length);
        id.CopyTo(record.AsSpan(sizeof(ushort)));
        *(byte**)_idRecords.At(node) = _records.Add(record);
        _metadata.Set(node, metadata is null ? null : _records.Add(metadata), Graph.NodeCount);
        SetText(node, text);
    }

    private byte* IdRecordOf(uint node) => *(byte**)_idRecords.At(node);

    private void FreeItem(uint node)
    {
        _records.Free(IdRecordOf(node), sizeof(ushort) + Id(node).Length);
        *(byte**)_idRecords.At(node) = null;
        if (_metadata.Get(node) is var metadata and not null)
        {
            _records.Free(metadata, MetadataDocument.SizeOf(metadata));
            _metadata.Set(node, null, Graph.NodeCount);
        }

        if (TextRecordOf(node) is var text and not null)
        {
            _records.Free(text, TextSizeOf(text));
            _texts.Set(node, null, Graph.NodeCount);
        }
    }

    private static bool IsSame(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));
}
