namespace Lakehouse.Ingest.Internal.Values;

/// <summary>What the values of a declared type look like.</summary>
internal enum ValueShape
{
    /// <summary>true, false, 1, 0, t, f, yes, no, y, n in any letter case.</summary>
    Boolean,

    /// <summary>A whole number within the type's range.</summary>
    Integer,

    /// <summary>A number, with an exponent or not, or the name of one that is not finite.</summary>
    Float,

    /// <summary>A number of so many digits before and after the point.</summary>
    Decimal,

    /// <summary>A day.</summary>
    Date,

    /// <summary>A time of the day.</summary>
    Time,

    /// <summary>A day and a time, or a day.</summary>
    Timestamp,

    /// <summary>A day, a time and an offset.</summary>
    TimestampTz,

    /// <summary>32 hexadecimal digits in groups.</summary>
    Uuid,

    /// <summary>A JSON value.</summary>
    Json,

    /// <summary>Anything.</summary>
    Text,
}
