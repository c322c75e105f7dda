using System.Runtime.InteropServices;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// Writes an index as one file (docs/vectors.md). Links change in place, so they are written while no change is applied. Vectors, ids and metadata do not
/// change as long as no slot is freed, so they are written afterwards, while adds and searches run.
/// </summary>
internal sealed unsafe class SnapshotWriter(VectorIndex index, FileStream file, Guid generation) : IDisposable
{
    private readonly HashingWriter _output = new(file);
    private readonly List<uint> _nodes = [];
    private readonly List<Item> _items = [];
    private readonly List<nint> _texts = [];
    private FileHeader? _header;

    /// <summary>Writes header, layers and links. Call it while no node is being linked and no deleted node is linked to.</summary>
    public void WriteGraph(LogPosition position)
    {
        // Nodes are renumbered without the gaps of free slots.
        var numbers = new uint[index.Graph.NodeCount];
        long bodyBytes = 0;
        var graph = index.Graph;
        var hasTexts = index.HasTexts;
        for (var node = 0u; node < numbers.Length; node++)
        {
            if (!index.Graph.IsLive(node))
            {
                continue;
            }

            _nodes.Add(node);
            numbers[node] = (uint)_nodes.Count;
            var item = index.ItemOf(node);
            var text = index.TextRecordOf(node);
            _items.Add(item);
            _texts.Add((nint)text);
            var linkCount = graph.LinkCountMax(0) + (graph.LevelOf(node) * graph.M);
            bodyBytes += sizeof(byte) + (linkCount * sizeof(uint));
            bodyBytes += sizeof(ushort) + item.Id.Length + sizeof(int) + MetadataLength(item);
            bodyBytes += hasTexts ? sizeof(int) + TextLength(text) : 0;
        }

        bodyBytes += (long)_nodes.Count * index.Spec.Dimension * sizeof(float);
        var entry = graph.Entry is { } start ? (int)numbers[start.Node] - 1 : -1;
        _header = new FileHeader(
            FileHeader.Version, generation, position.Sequence, FileHeader.SnapshotKind, _nodes.Count, index.Spec.Dimension, graph.M, entry, bodyBytes,
            FileHeader.NoChecksum, position.Epoch, hasTexts, 0);
        _output.Write(_header.Encode(FileHeader.SnapshotMagic));
        foreach (var node in _nodes)
        {
            _output.Write([(byte)(graph.LevelOf(node) | (graph.TreeCountOf(node) << FileHeader.LevelBits))]);
        }

        foreach (var node in _nodes)
        {
            WriteLinks(node, 0, numbers);
        }

        foreach (var node in _nodes)
        {
            for (var layer = 1; layer <= graph.LevelOf(node); layer++)
            {
                WriteLinks(node, layer, numbers);
            }
        }
    }

    /// <summary>Writes ids, metadata, texts and vectors, then the checksum into the header.</summary>
    public void WriteItems(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            var item = _items[i];
            var length = (ushort)item.Id.Length;
            _output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in length)));
            _output.Write(item.Id);
            var metadataLength = MetadataLength(item);
            _output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in metadataLength)));
            _output.Write(item.MetadataRecord is null ? default : item.Metadata.Json);
            if (_header!.HasTexts)
            {
                // The record in memory has the form of the file: the length, then the text.
                var none = 0;
                var text = (byte*)_texts[i];
                _output.Write(
                    text is null ? MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in none)) : new ReadOnlySpan<byte>(text, sizeof(int) + TextLength(text)));
            }
        }

        foreach (var node in _nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _output.Write(MemoryMarshal.AsBytes(index.Graph.Read(node)));
        }

        var complete = _header! with { Checksum = _output.Complete() };
        file.Position = 0;
        file.Write(complete.Encode(FileHeader.SnapshotMagic));
        file.Flush();
    }

    public void Dispose() => _output.Dispose();

    private static int MetadataLength(Item item) => item.MetadataRecord is null ? 0 : item.Metadata.Json.Length;

    private static int TextLength(byte* record) => record is null ? 0 : *(int*)record;

    private void WriteLinks(uint node, int layer, uint[] numbers)
    {
        var list = index.Graph.Links(node, layer);
        Span<uint> numbered = stackalloc uint[list.Length];
        numbered.Clear();
        var count = 0;
        for (var i = 0; i < list.Length && list[i] != 0; i++)
        {
            if (numbers[list[i] - 1] is var number and not 0)
            {
                numbered[count++] = number;
            }
        }

        _output.Write(MemoryMarshal.AsBytes(numbered));
    }
}
