namespace Lakehouse.Core.Toml;

/// <summary>Which of TOML's four date and time types a value has.</summary>
public enum TomlTemporalKind
{
    /// <summary>A date and time with an offset: an instant.</summary>
    OffsetDateTime,

    /// <summary>A date and time without an offset.</summary>
    LocalDateTime,

    /// <summary>A date.</summary>
    LocalDate,

    /// <summary>A time of day.</summary>
    LocalTime,
}
