namespace Lakehouse.Core.Access;

/// <summary>How a caller sees a column.</summary>
/// <param name="Kind">What is shown.</param>
/// <param name="Argument">The width of a bucket, or the expression; null for the other kinds.</param>
public sealed record ColumnMask(MaskKind Kind, string? Argument = null)
{
    /// <summary>The column as it is.</summary>
    public static ColumnMask Clear { get; } = new(MaskKind.Clear);

    /// <summary>The type of what is shown, of a column of a type; null where only the engine knows it.</summary>
    public string? TypeOf(string type) => Kind switch
    {
        MaskKind.Clear or MaskKind.Null => type,
        MaskKind.Hash or MaskKind.LastFour => "VARCHAR",
        MaskKind.Year => "BIGINT",
        MaskKind.Bucket => "DOUBLE",
        _ => null,
    };
}
