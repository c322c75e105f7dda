namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>What all values of a column seen so far are.</summary>
internal enum ColumnKind : byte
{
    /// <summary>No value yet, only NULLs.</summary>
    Unknown,

    /// <summary><c>true</c> or <c>false</c> in any case.</summary>
    Boolean,

    /// <summary>Whole numbers of 64 bits, written as a number is: no sign but <c>-</c>, no leading zero.</summary>
    Integer,

    /// <summary>Numbers with a decimal point, each of which a DOUBLE gives back digit for digit.</summary>
    Float,

    /// <summary><c>2024-02-29</c>.</summary>
    Date,

    /// <summary><c>13:45:00.5</c>.</summary>
    Time,

    /// <summary>A date and a time, without a zone.</summary>
    Timestamp,

    /// <summary>A date and a time with <c>Z</c> or an offset.</summary>
    TimestampTz,

    /// <summary>Anything else, and anything in doubt.</summary>
    Text,
}
