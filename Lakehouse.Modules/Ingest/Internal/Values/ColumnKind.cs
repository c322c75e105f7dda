namespace Lakehouse.Ingest.Internal.Values;

/// <summary>The type of all values of a column seen so far.</summary>
internal enum ColumnKind : byte
{
    /// <summary>No value yet, only NULLs.</summary>
    Unknown,

    /// <summary><c>true</c> or <c>false</c> in any case.</summary>
    Boolean,

    /// <summary>Whole numbers of 64 bits in their usual form: no sign except <c>-</c>, no leading zeros.</summary>
    Integer,

    /// <summary>Numbers with a decimal point whose digits a DOUBLE keeps exactly.</summary>
    Float,

    /// <summary><c>2024-02-29</c>.</summary>
    Date,

    /// <summary><c>13:45:00.5</c>.</summary>
    Time,

    /// <summary>A date and a time, without a zone.</summary>
    Timestamp,

    /// <summary>A date and a time with <c>Z</c> or an offset.</summary>
    TimestampTz,

    /// <summary>A date in the form that the reader was told.</summary>
    DateAsTold,

    /// <summary>A timestamp in the form that the reader was told.</summary>
    TimestampAsTold,

    /// <summary>Objects or arrays, of which the shape is known.</summary>
    Nested,

    /// <summary>Everything else, and every value whose type is in doubt.</summary>
    Text,
}
