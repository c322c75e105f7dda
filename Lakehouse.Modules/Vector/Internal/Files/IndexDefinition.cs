namespace Lakehouse.Vector.Internal.Files;

/// <summary>The content of the object that defines an index, as JSON. An index exists because this object does.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="Generation">
/// Identifies this creation of the index. Its other files carry it, so that files of an earlier index of the same name are never mistaken for its own.
/// </param>
/// <param name="Dimension">The length of its vectors.</param>
/// <param name="Distance">The metric's name in the API.</param>
/// <param name="Quantization">The quantization's name in the API.</param>
/// <param name="M">How many links a new node gets.</param>
/// <param name="EfConstruction">The beam width of an insertion.</param>
/// <param name="EfSearch">The default beam width of a search.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
internal sealed record IndexDefinition(
    int FormatVersion, Guid Generation, int Dimension, string Distance, string Quantization, int M, int EfConstruction, int EfSearch, DateTimeOffset CreatedAt)
{
    public const int Version = 1;

    public static IndexDefinition From(VectorIndexSpec spec, DateTimeOffset createdAt) => new(
        Version, Guid.NewGuid(), spec.Dimension, SpecNames.Of(spec.Metric), SpecNames.Of(spec.Quantization), spec.M, spec.EfConstruction, spec.EfSearch,
        createdAt);

    public VectorIndexSpec ToSpec(IndexName name) => new(
        name,
        Dimension,
        SpecNames.ParseMetric(Distance) ?? throw new InvalidDataException($"its distance \"{Distance}\" is not known"),
        SpecNames.ParseQuantization(Quantization) ?? throw new InvalidDataException($"its quantization \"{Quantization}\" is not known"),
        M,
        EfConstruction,
        EfSearch);
}
