using System.Runtime.InteropServices;
using Lakehouse.Hnsw;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>Reads an index from a snapshot (format: docs/vectors.md) in one pass.</summary>
internal static class SnapshotReader
{
    /// <summary>Reads a snapshot.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="spec">The index's parameters.</param>
    /// <param name="generation">The index's generation.</param>
    /// <param name="sequence">The number in the file's name.</param>
    /// <param name="reserve">Called with the memory that the vectors and links need, before they are read.</param>
    /// <param name="seed">The seed that chooses the layers of further nodes; null for a random one.</param>
    /// <param name="cancellationToken">Cancels the reading, which takes seconds for a million items.</param>
    /// <returns>The index, and where in the log it stands.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another index.</exception>
    public static (VectorIndex Index, LogPosition Position) Read(
        Stream stream, VectorIndexSpec spec, Guid generation, long sequence, Action<long> reserve, int? seed, CancellationToken cancellationToken)
    {
        using var input = new HashingReader(stream, cancellationToken);
        var header = ReadHeader(input, spec, generation, sequence);
        var index = new VectorIndex(spec, seed);
        try
        {
            reserve(header.ItemCount * index.Graph.NodeSizeBytes);
            ReadGraph(input, index, header);
            ReadItems(input, index, header);
            if (input.Complete() != header.Checksum)
            {
                throw new InvalidDataException("its checksum does not match");
            }

            index.Graph.Span(); // the tree may be missing (files of older versions) or incomplete
            index.IndexTexts();
            return (index, new LogPosition(sequence, header.Epoch));
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private static FileHeader ReadHeader(HashingReader input, VectorIndexSpec spec, Guid generation, long sequence)
    {
        Span<byte> prefix = stackalloc byte[FileHeader.PrefixBytes];
        input.ReadHeader(prefix);
        var json = new byte[FileHeader.DecodeLength(prefix, FileHeader.SnapshotMagic)];
        input.ReadHeader(json);
        var header = FileHeader.Decode(json, generation, sequence, spec.Dimension);
        if (header.Kind != FileHeader.SnapshotKind || header.M != spec.M || header.EntryNode >= header.ItemCount)
        {
            throw new InvalidDataException("its header does not agree with the index");
        }

        input.Hash((header with { Checksum = FileHeader.NoChecksum }).Encode(FileHeader.SnapshotMagic));
        return header;
    }

    private static void ReadGraph(HashingReader input, VectorIndex index, FileHeader header)
    {
        var graph = index.Graph;
        var levels = new byte[header.ItemCount];
        var treeCounts = new byte[header.ItemCount];
        input.Read(levels);
        for (var i = 0; i < levels.Length; i++)
        {
            treeCounts[i] = (byte)(levels[i] >> FileHeader.LevelBits);
            levels[i] &= VectorGraph.LevelMax;
            graph.Take(levels[i]);
        }

        var list = new uint[graph.LinkCountMax(0)];
        for (var node = 0u; node < levels.Length; node++)
        {
            ReadLinks(input, 0, levels, list);
            graph.SetLinks(node, 0, list, treeCounts[node]);
        }

        for (var node = 0u; node < levels.Length; node++)
        {
            for (var layer = 1; layer <= levels[node]; layer++)
            {
                var upper = list.AsSpan(0, graph.LinkCountMax(layer));
                ReadLinks(input, layer, levels, upper);
                graph.SetLinks(node, layer, upper, 0);
            }
        }

        graph.Entry = header.EntryNode < 0 ? null : ((uint)header.EntryNode, levels[header.EntryNode]);
    }

    private static void ReadLinks(HashingReader input, int layer, byte[] levels, Span<uint> list)
    {
        input.Read(MemoryMarshal.AsBytes(list));
        foreach (var link in list)
        {
            // Checked here because addresses are computed from these numbers before the checksum is verified at the end.
            if (link > levels.Length || (link > 0 && levels[link - 1] < layer))
            {
                throw new InvalidDataException("a link in it points to a node that does not exist");
            }
        }
    }

    private static void ReadItems(HashingReader input, VectorIndex index, FileHeader header)
    {
        var count = header.ItemCount;
        Span<byte> buffer = new byte[ushort.MaxValue];
        for (var i = 0u; i < count; i++)
        {
            ushort idLength = 0;
            input.Read(MemoryMarshal.AsBytes(new Span<ushort>(ref idLength)));
            var id = buffer[..idLength];
            input.Read(id);
            var metadataLength = 0;
            input.Read(MemoryMarshal.AsBytes(new Span<int>(ref metadataLength)));
            var metadata = metadataLength == 0 ? null : ReadMetadata(input, metadataLength);
            index.Restore(i, id, metadata, header.HasTexts ? ReadText(input) : null);
        }

        for (var i = 0u; i < count; i++)
        {
            index.Graph.Fill(i, vector => input.Read(MemoryMarshal.AsBytes(vector)));
        }
    }

    private static byte[]? ReadText(HashingReader input)
    {
        var length = 0;
        input.Read(MemoryMarshal.AsBytes(new Span<int>(ref length)));
        return length == 0 ? null : ReadBytes(input, length);
    }

    private static byte[] ReadBytes(HashingReader input, int length)
    {
        if (length is < 0 or > 16 * 1024 * 1024)
        {
            throw new InvalidDataException("a length in it is impossible");
        }

        var bytes = new byte[length];
        input.Read(bytes);
        return bytes;
    }

    private static byte[]? ReadMetadata(HashingReader input, int length)
    {
        var json = ReadBytes(input, length);
        try
        {
            return MetadataDocument.Encode(json);
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new InvalidDataException("a metadata object in it is damaged", error);
        }
    }
}
