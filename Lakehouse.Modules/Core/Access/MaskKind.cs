namespace Lakehouse.Core.Access;

/// <summary>What is shown in the place of the values of a column.</summary>
public enum MaskKind
{
    /// <summary>The values themselves.</summary>
    Clear,

    /// <summary>Nothing: there is no such column.</summary>
    Hidden,

    /// <summary>NULL.</summary>
    Null,

    /// <summary>A keyed hash of the value as text, the same wherever the value is the same.</summary>
    Hash,

    /// <summary>Asterisks and the last four characters; of a text of up to four, asterisks alone.</summary>
    LastFour,

    /// <summary>The year of a time.</summary>
    Year,

    /// <summary>The number, rounded down to a multiple of <see cref="ColumnMask.Argument"/>.</summary>
    Bucket,

    /// <summary>The SQL expression <see cref="ColumnMask.Argument"/>.</summary>
    Expression,
}
