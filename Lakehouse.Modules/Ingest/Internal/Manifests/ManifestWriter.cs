using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Lakehouse.Catalog;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>Writes a manifest as a Parquet file of one row. An engine would take milliseconds for it, and a commit waits for it.</summary>
internal sealed class ManifestWriter
{
    private readonly List<PageWriter> _pages = [.. ManifestLayout.Leaves.Select(l => new PageWriter(l))];
    private int _next;

    private ManifestWriter()
    {
    }

    /// <summary>The bytes of the file.</summary>
    public static byte[] Write(Manifest manifest)
    {
        var writer = new ManifestWriter();
        writer.Add(manifest);
        return writer.ToFile();
    }

    private void Add(Manifest manifest)
    {
        var schemas = manifest.Objects.Select(o => o.Columns).OfType<IReadOnlyList<DatasetColumn>>().Distinct(SameColumns.Instance).ToList();
        Value(manifest.DatasetId.ToString());
        Value(manifest.Name.Value);
        Value(manifest.Version);
        Value(manifest.Fingerprint.Value);
        List(manifest.Columns, c => [c.Name, c.Type]);
        List(manifest.Objects, o => [o.Key.Value, o.SizeBytes, o.RowCount, o.Sha256, IndexOf(schemas, o.Columns)]);
        Value(manifest.RowCount);
        Value(Micros(manifest.CreatedAt));
        Value(Micros(manifest.UpdatedAt));
        Value(manifest.IsDropped);
        Value(manifest.MadeBy);
        Value(manifest.Definition?.Kind.ToString().ToLowerInvariant());
        Value(manifest.Definition?.Sql);
        List(manifest.Definition?.Sources ?? [], s => [s.Name, s.Version]);
        List(manifest.Requests ?? [], r => [r.Key, r.Digest, r.Version]);
        Lists(schemas, c => [c.Name, c.Type]);
        Value(manifest.RowsSince);
        List(manifest.SortBy ?? [], c => [c]);
        Value(manifest.Table is null ? null : JsonSerializer.Serialize(manifest.Table, ManifestCodec.Json));
        Value(manifest.TableChange);
    }

    private static int? IndexOf(List<IReadOnlyList<DatasetColumn>> schemas, IReadOnlyList<DatasetColumn>? columns) =>
        columns is null ? null : schemas.FindIndex(s => s.SequenceEqual(columns));

    private static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private void Value(object? value) => _pages[_next++].Add(0, value);

    private void List<T>(IReadOnlyList<T> items, Func<T, object?[]> members)
    {
        var pages = Members();
        if (items.Count == 0)
        {
            pages.ForEach(p => p.AddNone(0, 1));
        }

        for (var i = 0; i < items.Count; i++)
        {
            Add(pages, i == 0 ? 0 : 1, members(items[i]));
        }
    }

    private void Lists<T>(IReadOnlyList<IReadOnlyList<T>> lists, Func<T, object?[]> members)
    {
        var pages = Members();
        if (lists.Count == 0)
        {
            pages.ForEach(p => p.AddNone(0, 1));
        }

        for (var i = 0; i < lists.Count; i++)
        {
            var outer = i == 0 ? 0 : 1;
            if (lists[i].Count == 0)
            {
                pages.ForEach(p => p.AddNone(outer, 3)); // the list, its element, and an empty list in it
            }

            for (var k = 0; k < lists[i].Count; k++)
            {
                Add(pages, k == 0 ? outer : 2, members(lists[i][k]));
            }
        }
    }

    /// <summary>The columns of the next list.</summary>
    private List<PageWriter> Members()
    {
        var name = _pages[_next].Leaf.Path[0];
        var pages = _pages.Skip(_next).TakeWhile(p => p.Leaf.Path[0] == name).ToList();
        _next += pages.Count;
        return pages;
    }

    private static void Add(List<PageWriter> pages, int repetition, object?[] values)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            pages[i].Add(repetition, values[i]);
        }
    }

    private byte[] ToFile()
    {
        var file = new ArrayBufferWriter<byte>(4_096);
        file.Write(FileStartMark);
        var columns = _pages.ConvertAll(p => (p.Leaf, Page: p.Write(file)));
        var start = file.WrittenCount;
        WriteFooter(new ThriftWriter(file), columns);
        BinaryPrimitives.WriteInt32LittleEndian(file.GetSpan(sizeof(int)), file.WrittenCount - start);
        file.Advance(sizeof(int));
        file.Write(FileStartMark);
        return file.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> FileStartMark => Files.FileStart.ParquetMark;

    private static void WriteFooter(ThriftWriter footer, List<(ParquetLeaf Leaf, PageInfo Page)> columns)
    {
        footer.Int(FooterField.Version, 1);
        footer.Structs(FooterField.Schema, [.. ManifestLayout.Root.All()], node => WriteNode(footer, node));
        footer.Long(FooterField.RowCount, 1);
        footer.Structs(FooterField.RowGroups, [columns], group =>
        {
            footer.Structs(FooterField.GroupColumns, group, column => WriteColumn(footer, column.Leaf, column.Page));
            footer.Long(FooterField.GroupSize, group.Sum(c => c.Page.UnpackedSize));
            footer.Long(FooterField.GroupRows, 1);
        });
        footer.Text(FooterField.Writer, ManifestLayout.Writer);
        footer.Stop();
    }

    private static void WriteNode(ThriftWriter footer, ParquetNode node)
    {
        if (node.Type is { } type)
        {
            footer.Int(FooterField.NodeType, FooterField.PhysicalType(type));
        }

        if (node != ManifestLayout.Root)
        {
            footer.Int(FooterField.NodeRepetition, node.IsRepeated ? FooterField.Repeated : FooterField.Optional);
        }

        footer.Text(FooterField.NodeName, node.Name);
        if (node.Children.Count > 0)
        {
            footer.Int(FooterField.NodeChildren, node.Children.Count);
        }

        if (FooterField.ConvertedType(node) is { } converted)
        {
            footer.Int(FooterField.NodeConverted, converted);
        }
    }

    private static void WriteColumn(ThriftWriter footer, ParquetLeaf leaf, PageInfo page)
    {
        footer.Long(FooterField.ColumnOffset, page.Offset);
        footer.Object(FooterField.ColumnMetadata, () =>
        {
            footer.Int(FooterField.ColumnType, FooterField.PhysicalType(leaf.Type));
            footer.Ints(FooterField.ColumnEncodings, PageField.Plain, PageField.RunLength);
            footer.Texts(FooterField.ColumnPath, leaf.Path);
            footer.Int(FooterField.ColumnCodec, page.IsPacked ? PageField.Gzip : PageField.Uncompressed);
            footer.Long(FooterField.ColumnValues, page.ValueCount);
            footer.Long(FooterField.ColumnUnpackedSize, page.UnpackedSize);
            footer.Long(FooterField.ColumnSize, page.Size);
            footer.Long(FooterField.ColumnFirstPage, page.Offset);
        });
    }

    private sealed class SameColumns : IEqualityComparer<IReadOnlyList<DatasetColumn>>
    {
        public static readonly SameColumns Instance = new();

        public bool Equals(IReadOnlyList<DatasetColumn>? left, IReadOnlyList<DatasetColumn>? right) =>
            ReferenceEquals(left, right) || (left is not null && right is not null && left.SequenceEqual(right));

        public int GetHashCode(IReadOnlyList<DatasetColumn> columns) => columns.Aggregate(columns.Count, HashCode.Combine);
    }
}
