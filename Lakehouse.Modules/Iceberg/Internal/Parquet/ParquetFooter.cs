using System.Buffers.Binary;
using Lakehouse.Core.Parquet;

namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>What a Parquet file says of itself (parquet.thrift of apache/parquet-format): its schema, and what its row groups have.</summary>
/// <param name="RowCount">Its rows.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Groups">Of each row group, each leaf of the schema, in order.</param>
internal sealed record ParquetFooter(long RowCount, IReadOnlyList<FooterNode> Columns, IReadOnlyList<IReadOnlyList<ColumnPart>> Groups)
{
    /// <summary>The bytes behind the footer: its length and the mark.</summary>
    public const int TailSize = 8;

    private const int NodesMax = 1_000_000;
    private const int DepthMax = 256;

    private static ReadOnlySpan<byte> Mark => "PAR1"u8;

    /// <summary>Whether any column has a field id. A reader finds all columns by their ids then, and by their names otherwise.</summary>
    public bool HasIds => Columns.Any(HasId);

    /// <summary>The length of the footer, of the last eight bytes of a file.</summary>
    /// <exception cref="InvalidDataException">The file is no Parquet file.</exception>
    public static int SizeOf(ReadOnlySpan<byte> tail) =>
        tail.Length == TailSize && tail[sizeof(int)..].SequenceEqual(Mark) && BinaryPrimitives.ReadInt32LittleEndian(tail) is > 0 and var size
            ? size
            : throw new InvalidDataException("it does not end as a Parquet file does");

    /// <summary>Reads a footer.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static ParquetFooter Read(ReadOnlySpan<byte> footer)
    {
        var reader = new ThriftReader(footer);
        var nodes = new List<Element>();
        var groups = new List<IReadOnlyList<ColumnPart>>();
        var rowCount = 0L;
        while (reader.TryField(out var field, out var type))
        {
            switch (field)
            {
                case 2:
                    for (var left = reader.ReadCount(); left > 0; left--)
                    {
                        nodes.Add(ReadElement(ref reader));
                    }

                    break;
                case 3:
                    rowCount = reader.ReadLong();
                    break;
                case 4:
                    for (var left = reader.ReadCount(); left > 0; left--)
                    {
                        groups.Add(ReadGroup(ref reader));
                    }

                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        var (next, leaves) = (0, 0);
        if (nodes.Count is 0 or > NodesMax)
        {
            throw new InvalidDataException("its schema is malformed");
        }

        var columns = Build(nodes, ref next, ref leaves, 0).Children;
        return next == nodes.Count && rowCount >= 0 && groups.All(g => g.Count == leaves)
            ? new ParquetFooter(rowCount, columns, groups)
            : throw new InvalidDataException("its schema is malformed");
    }

    private static bool HasId(FooterNode node) => node.FieldId is not null || node.Children.Any(HasId);

    private static FooterNode Build(List<Element> elements, ref int next, ref int leaves, int depth)
    {
        if (next >= elements.Count || depth > DepthMax)
        {
            throw new InvalidDataException("its schema is malformed");
        }

        var element = elements[next++];
        if (element.Children == 0)
        {
            return new FooterNode(element.Name, [])
            {
                FieldId = element.FieldId,
                Type = element.Type,
                Meaning = element.Meaning,
                Scale = element.Scale,
                Leaf = depth == 0 ? -1 : leaves++,
            };
        }

        var children = new List<FooterNode>();
        for (var i = 0; i < element.Children; i++)
        {
            children.Add(Build(elements, ref next, ref leaves, depth + 1));
        }

        return new FooterNode(element.Name, children) { FieldId = element.FieldId, Meaning = element.Meaning };
    }

    private static Element ReadElement(ref ThriftReader reader)
    {
        var element = new Element();
        var outer = reader.Enter();
        while (reader.TryField(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    element.Type = (PhysicalType)reader.ReadInt();
                    break;
                case 4:
                    element.Name = reader.ReadText();
                    break;
                case 5:
                    element.Children = reader.ReadInt();
                    break;
                case 6:
                    element.Meaning = reader.ReadInt();
                    break;
                case 7:
                    element.Scale = reader.ReadInt();
                    break;
                case 9:
                    element.FieldId = reader.ReadInt();
                    break;
                case 10:
                    ReadMeaning(ref reader, element);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        reader.Leave(outer);
        return element;
    }

    /// <summary>Reads a <c>LogicalType</c>. It counts where there is no <c>ConvertedType</c>, which some writers leave out for what has both.</summary>
    private static void ReadMeaning(ref ThriftReader reader, Element element)
    {
        var outer = reader.Enter();
        int? meaning = null;
        while (reader.TryField(out var kind, out _))
        {
            var inner = reader.Enter();
            var (unit, scale) = (0, 0);
            while (reader.TryField(out var field, out var type))
            {
                if (kind is 7 or 8 && field == 2)
                {
                    var units = reader.Enter();
                    while (reader.TryField(out var found, out var form))
                    {
                        unit = found;
                        reader.Skip(form);
                    }

                    reader.Leave(units);
                }
                else if (kind == 5 && field == 1)
                {
                    scale = reader.ReadInt();
                }
                else
                {
                    reader.Skip(type);
                }
            }

            reader.Leave(inner);
            element.Scale = kind == 5 ? scale : element.Scale;
            meaning = (kind, unit) switch
            {
                (1, _) => FooterNode.Text,
                (5, _) => FooterNode.Decimal,
                (6, _) => FooterNode.Date,
                (7, 2) => FooterNode.TimeMicros,
                (8, 2) => FooterNode.TimestampMicros,
                _ => null,
            };
        }

        reader.Leave(outer);
        element.Meaning ??= meaning;
    }

    private static List<ColumnPart> ReadGroup(ref ThriftReader reader)
    {
        var parts = new List<ColumnPart>();
        var outer = reader.Enter();
        while (reader.TryField(out var field, out var type))
        {
            if (field != 1)
            {
                reader.Skip(type);
                continue;
            }

            for (var left = reader.ReadCount(); left > 0; left--)
            {
                var chunk = reader.Enter();
                ColumnPart? part = null;
                while (reader.TryField(out var inner, out var kind))
                {
                    if (inner == 3)
                    {
                        part = ReadPart(ref reader);
                    }
                    else
                    {
                        reader.Skip(kind);
                    }
                }

                reader.Leave(chunk);
                parts.Add(part ?? throw new InvalidDataException("a column is not described"));
            }
        }

        reader.Leave(outer);
        return parts;
    }

    private static ColumnPart ReadPart(ref ThriftReader reader)
    {
        var (values, size, data, dictionary) = (0L, 0L, 0L, 0L);
        var statistics = new ColumnPart(0, 0, 0);
        var outer = reader.Enter();
        while (reader.TryField(out var field, out var type))
        {
            switch (field)
            {
                case 5:
                    values = reader.ReadLong();
                    break;
                case 7:
                    size = reader.ReadLong();
                    break;
                case 9:
                    data = reader.ReadLong();
                    break;
                case 11:
                    dictionary = reader.ReadLong();
                    break;
                case 12:
                    statistics = ReadStatistics(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        reader.Leave(outer);
        return statistics with { ValueCount = values, SizeBytes = size, Start = dictionary > 0 && dictionary < data ? dictionary : data };
    }

    /// <summary>Reads statistics. The fields 1 and 2 are older ones, whose order is not defined for all types.</summary>
    private static ColumnPart ReadStatistics(ref ThriftReader reader)
    {
        long? nulls = null;
        byte[]? min = null;
        byte[]? max = null;
        var outer = reader.Enter();
        while (reader.TryField(out var field, out var type))
        {
            switch (field)
            {
                case 3:
                    nulls = reader.ReadLong();
                    break;
                case 5:
                    max = reader.ReadBytes().ToArray();
                    break;
                case 6:
                    min = reader.ReadBytes().ToArray();
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        reader.Leave(outer);
        return new ColumnPart(0, 0, 0) { NullCount = nulls, Min = min, Max = max };
    }

    private sealed class Element
    {
        public PhysicalType? Type { get; set; }

        public string Name { get; set; } = string.Empty;

        public int Children { get; set; }

        public int? Meaning { get; set; }

        public int Scale { get; set; }

        public int? FieldId { get; set; }
    }
}
