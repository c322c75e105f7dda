namespace Lakehouse.Vector.Internal.Http;

/// <summary>An index as the API shows it.</summary>
internal sealed record IndexResponse(
    string Name,
    int Dimension,
    string Distance,
    string Quantization,
    int M,
    int EfConstruction,
    int EfSearch,
    long Count,
    string Status,
    string? Fault,
    long DeletedCount,
    long MemoryBytes,
    long LogCount,
    DateTime CreatedAt,
    IReadOnlyList<string> Aliases,
    long TextCount,
    long Sequence,
    object? Origin)
{
    public static IndexResponse From(VectorIndexInfo info) => new(
        info.Spec.Name.Value,
        info.Spec.Dimension,
        SpecNames.Of(info.Spec.Metric),
        SpecNames.Of(info.Spec.Quantization),
        info.Spec.M,
        info.Spec.EfConstruction,
        info.Spec.EfSearch,
        info.ItemCount,
        info.Status == IndexStatus.Ready ? "ready" : "damaged",
        info.Error,
        info.DeletedCount,
        info.MemoryBytes,
        info.LogCount,
        info.CreatedAt.UtcDateTime,
        [.. info.Aliases.Select(a => a.Value)],
        info.TextCount,
        info.Sequence,
        info.Owner);
}
