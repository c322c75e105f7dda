using System.Buffers.Binary;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Core.Parquet;
using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>
/// Reads manifests that <see cref="ManifestWriter"/> has written: a start reads one for each dataset, and an engine takes milliseconds for each.
/// </summary>
internal sealed class ManifestReader
{
    private static readonly long FirstMicros = (DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long LastMicros = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly List<PageReader> _pages;
    private int _next;

    private ManifestReader(List<PageReader> pages) => _pages = pages;

    /// <summary>Reads a manifest. False when another writer has made it, such as an earlier build.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static bool TryRead(ReadOnlySpan<byte> file, out Manifest? manifest)
    {
        manifest = null;
        if (file.Length < ManifestLayout.MarkSize + ManifestLayout.TailSize || !file.StartsWith(FileStart.ParquetMark) || !file.EndsWith(FileStart.ParquetMark))
        {
            return false;
        }

        var size = BinaryPrimitives.ReadInt32LittleEndian(file[^ManifestLayout.TailSize..]);
        if (size < 0 || size > file.Length - ManifestLayout.MarkSize - ManifestLayout.TailSize)
        {
            return false;
        }

        var (writer, columns) = ReadFooter(file[^(ManifestLayout.TailSize + size)..^ManifestLayout.TailSize]);
        if (writer is not (ManifestLayout.Writer or ManifestLayout.FirstWriter))
        {
            return false;
        }

        var count = writer == ManifestLayout.Writer ? ManifestLayout.Leaves.Count : ManifestLayout.FirstLeaves;
        if (columns.Count != count)
        {
            throw Damaged("it has not the columns that its writer says");
        }

        var pages = new List<PageReader>(columns.Count);
        foreach (var leaf in ManifestLayout.Leaves.Take(count))
        {
            pages.Add(new PageReader(leaf, columns.GetValueOrDefault(Key(leaf.Path)) ?? throw Damaged("a column is missing"), file));
        }

        manifest = new ManifestReader(pages).Read();
        pages.ForEach(p => p.RequireEnd());
        return true;
    }

    private Manifest Read()
    {
        var id = Guid.TryParse(Next().Text(), out var parsed) ? parsed : throw Damaged("the id is none");
        var name = DatasetName.TryParseStored(Next().Text(), out var known, out var reason) ? known : throw Damaged(reason);
        var version = Required(Next().Long());
        var fingerprint = SchemaFingerprint.TryParse(Next().Text(), out var print) ? print : default; // a view of no columns has none
        var columns = List(ReadColumn);
        var files = List(p => (Key: p[0].Text(), Size: p[1].Long(), Rows: p[2].Long(), Hash: p[3].Text(), Schema: p[4].Int()));
        var rowCount = Required(Next().Long());
        var (createdAt, updatedAt) = (Time(Next().Long()), Time(Next().Long()));
        var isDropped = Next().Bool() ?? throw Damaged("a value is missing");
        var (madeBy, kind, sql) = (Next().Text(), Next().Text(), Next().Text());
        var sources = List(p => new SourceVersion(p[0].Text() ?? throw Damaged("a value is missing"), Required(p[1].Long())));
        var requests = List(p => new AnsweredRequest(p[0].Text() ?? throw Damaged("a value is missing"), p[1].Text()!, Required(p[2].Long())));
        var schemas = Lists(ReadColumn);
        var rowsSince = Next().Long();
        var sortBy = List(p => p[0].Text() ?? throw Damaged("a column has no name"));
        var (table, change) = _next < _pages.Count ? (Next().Text(), Next().Text()) : (null, null);
        return new Manifest(
            id,
            name,
            version,
            fingerprint,
            columns,
            [
                .. files.Select(f => new DataFile(
                    ObjectKey.TryParse(f.Key, out var key, out var error) ? key : throw Damaged(error), Required(f.Size), f.Rows, f.Hash,
                    f.Schema is not { } schema ? null
                        : schema >= 0 && schema < schemas.Count ? schemas[schema]
                        : throw Damaged($"there is no schema {schema}"))),
            ],
            rowCount,
            createdAt,
            updatedAt,
            isDropped,
            madeBy,
            kind is null ? null : new DatasetDefinition(
                Enum.TryParse<DefinitionKind>(kind, ignoreCase: true, out var defined) ? defined : throw Damaged($"the kind '{kind}' is not known"),
                sql ?? throw Damaged("a definition has no query"),
                sources),
            requests.Count > 0 ? requests : null,
            rowsSince,
            sortBy.Count > 0 ? sortBy : null,
            ManifestCodec.ReadTraits(table),
            change);

        static DatasetColumn ReadColumn(IReadOnlyList<PageReader> pages) =>
            new(pages[0].Text() ?? throw Damaged("a column has no name"), pages[1].Text() ?? throw Damaged("a column has no type"));
    }

    private PageReader Next() => _pages[_next++];

    private static long Required(long? value) => value ?? throw Damaged("a value is missing");

    private static DateTimeOffset Time(long? micros) =>
        Required(micros) is var time && time >= FirstMicros && time <= LastMicros
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(time)
            : throw Damaged("a time is none");

    private List<T> List<T>(Func<IReadOnlyList<PageReader>, T> read)
    {
        var (pages, items) = (Members(), new List<T>());
        while (pages[0].TryPeek(out _, out var definition))
        {
            if (definition > 1)
            {
                items.Add(read(pages));
            }
            else
            {
                Pass(pages);
            }
        }

        return items;
    }

    private List<IReadOnlyList<T>> Lists<T>(Func<IReadOnlyList<PageReader>, T> read)
    {
        var (pages, lists) = (Members(), new List<IReadOnlyList<T>>());
        List<T>? inner = null;
        while (pages[0].TryPeek(out var repetition, out var definition))
        {
            if (definition <= 1)
            {
                Pass(pages);
                continue;
            }

            if (inner is null || repetition < 2)
            {
                inner = [];
                lists.Add(inner);
            }

            if (definition > 3)
            {
                inner.Add(read(pages));
            }
            else
            {
                Pass(pages);
            }
        }

        return lists;
    }

    /// <summary>The columns of the next list.</summary>
    private List<PageReader> Members()
    {
        var name = ManifestLayout.Leaves[_next].Path[0];
        var count = ManifestLayout.Leaves.Skip(_next).TakeWhile(l => l.Path[0] == name).Count();
        _next += count;
        return _pages.GetRange(_next - count, count);
    }

    /// <summary>Passes over the mark of an empty list.</summary>
    private static void Pass(List<PageReader> pages) => pages.ForEach(p => p.Pass());

    private static (string? Writer, Dictionary<string, PageInfo> Columns) ReadFooter(ReadOnlySpan<byte> data)
    {
        var footer = new ThriftReader(data);
        string? writer = null;
        var columns = new Dictionary<string, PageInfo>(StringComparer.Ordinal);
        while (footer.TryField(out var field, out var type))
        {
            if (field == FooterField.Writer)
            {
                writer = footer.ReadText();
            }
            else if (field == FooterField.RowGroups)
            {
                for (var groups = footer.ReadCount(); groups > 0; groups--)
                {
                    ReadGroup(ref footer, columns);
                }
            }
            else
            {
                footer.Skip(type);
            }
        }

        return (writer, columns);
    }

    private static void ReadGroup(ref ThriftReader footer, Dictionary<string, PageInfo> columns)
    {
        var outer = footer.Enter();
        while (footer.TryField(out var field, out var type))
        {
            if (field != FooterField.GroupColumns)
            {
                footer.Skip(type);
                continue;
            }

            for (var left = footer.ReadCount(); left > 0; left--)
            {
                var before = footer.Enter();
                while (footer.TryField(out var part, out var partType))
                {
                    if (part == FooterField.ColumnMetadata)
                    {
                        var (path, page) = ReadColumn(ref footer);
                        columns[path] = page;
                    }
                    else
                    {
                        footer.Skip(partType);
                    }
                }

                footer.Leave(before);
            }
        }

        footer.Leave(outer);
    }

    private static (string Path, PageInfo Page) ReadColumn(ref ThriftReader footer)
    {
        var outer = footer.Enter();
        var (path, codec, values, unpacked, size, offset) = (string.Empty, -1, 0L, 0L, 0L, -1L);
        while (footer.TryField(out var field, out var type))
        {
            switch (field)
            {
                case FooterField.ColumnPath:
                    var parts = new string[footer.ReadCount()];
                    for (var i = 0; i < parts.Length; i++)
                    {
                        parts[i] = footer.ReadText();
                    }

                    path = Key(parts);
                    break;
                case FooterField.ColumnCodec:
                    codec = footer.ReadInt();
                    break;
                case FooterField.ColumnValues:
                    values = footer.ReadLong();
                    break;
                case FooterField.ColumnUnpackedSize:
                    unpacked = footer.ReadLong();
                    break;
                case FooterField.ColumnSize:
                    size = footer.ReadLong();
                    break;
                case FooterField.ColumnFirstPage:
                    offset = footer.ReadLong();
                    break;
                default:
                    footer.Skip(type);
                    break;
            }
        }

        footer.Leave(outer);
        return (path, new PageInfo(offset, unpacked, size, values, codec == PageField.Gzip));
    }

    private static string Key(IReadOnlyList<string> path) => string.Join('/', path);

    private static InvalidDataException Damaged(string what) => new($"the file is not a manifest: {what}");
}
