using Lakehouse.Catalog;

namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>What a data file has, by the ids of the fields, for engines that pass over files by it.</summary>
internal sealed record FileMetrics
{
    /// <summary>The bytes of each field.</summary>
    public Dictionary<int, long> Sizes { get; } = [];

    /// <summary>The values of each field that is in no list or map, NULL ones too.</summary>
    public Dictionary<int, long> ValueCounts { get; } = [];

    public Dictionary<int, long> NullCounts { get; } = [];

    public Dictionary<int, byte[]> LowerBounds { get; } = [];

    public Dictionary<int, byte[]> UpperBounds { get; } = [];

    /// <summary>Where row groups begin.</summary>
    public IReadOnlyList<long> SplitOffsets { get; private init; } = [];

    /// <summary>Collects it from a footer that fits the schema.</summary>
    public static FileMetrics Of(FieldSchema schema, ParquetFooter footer)
    {
        var metrics = new FileMetrics
        {
            SplitOffsets = [.. footer.Groups.Where(g => g.Count > 0).Select(g => g.Min(p => p.Start)).Order()],
        };
        foreach (var field in schema.Fields)
        {
            if (FileFit.Find(footer.Columns, field.Name) is { } node)
            {
                metrics.Add(field, node, footer, isRepeated: false);
            }
        }

        return metrics;
    }

    private void Add(TableField field, FooterNode node, ParquetFooter footer, bool isRepeated)
    {
        if (node.Leaf < 0)
        {
            foreach (var (part, partNode) in field.Parts.Zip(FileFit.PartsOf(field, node)))
            {
                if (partNode is not null)
                {
                    Add(part, partNode, footer, isRepeated || field.Type is not FieldType.OfStruct);
                }
            }

            return;
        }

        var parts = footer.Groups.Select(g => g[node.Leaf]).ToList();
        Sizes[field.Id] = parts.Sum(p => p.SizeBytes);
        if (isRepeated)
        {
            return; // the values of a list are no rows
        }

        ValueCounts[field.Id] = parts.Sum(p => p.ValueCount);
        if (parts.All(p => p.NullCount is not null))
        {
            NullCounts[field.Id] = parts.Sum(p => p.NullCount!.Value);
        }

        AddBounds(field, node, parts);
    }

    private void AddBounds(TableField field, FooterNode node, List<ColumnPart> parts)
    {
        var type = ((FieldType.Primitive)field.Type).Name;
        var (lower, upper) = ((byte[]?)null, (byte[]?)null);
        foreach (var part in parts)
        {
            if (part.NullCount == part.ValueCount)
            {
                continue;
            }

            var min = part.Min is null ? null : ValueBound.Convert(type, node.Type!.Value, part.Min);
            var max = part.Max is null ? null : ValueBound.Convert(type, node.Type!.Value, part.Max);
            if (min is null || max is null)
            {
                return; // what one group does not say is not known of the file
            }

            lower = lower is null || ValueBound.Compare(type, min, lower) < 0 ? min : lower;
            upper = upper is null || ValueBound.Compare(type, max, upper) > 0 ? max : upper;
        }

        if (lower is not null)
        {
            LowerBounds[field.Id] = ValueBound.CutLower(type, lower);
            if (ValueBound.CutUpper(type, upper!) is { } cut)
            {
                UpperBounds[field.Id] = cut;
            }
        }
    }
}
