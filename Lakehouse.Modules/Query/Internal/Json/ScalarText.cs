using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>The types whose values are short ASCII texts that need no escapes in any format: dates, times, intervals, UUIDs.</summary>
internal static class ScalarText
{
    /// <summary>Writes a value that is not NULL and returns the number of bytes, at most <see cref="DuckDbText.SizeBytesMax"/>.</summary>
    public delegate int Writer(in DuckDbVector vector, int row, Span<byte> to);

    /// <summary>The writer for a type; null for types of other kinds.</summary>
    public static Writer? For(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Date => (in vector, row, to) => DuckDbText.WriteDate(vector.Get<int>(row), to),
        DuckDbTypeId.Time => (in vector, row, to) => DuckDbText.WriteTime(vector.Get<long>(row), to),
        DuckDbTypeId.TimeNs => (in vector, row, to) => DuckDbText.WriteTimeNs(vector.Get<long>(row), to),
        DuckDbTypeId.TimeTz => (in vector, row, to) => DuckDbText.WriteTimeTz(vector.Get<ulong>(row), to),
        DuckDbTypeId.Timestamp => (in vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000_000, to),
        DuckDbTypeId.TimestampS => (in vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1, to),
        DuckDbTypeId.TimestampMs => (in vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000, to),
        DuckDbTypeId.TimestampNs => (in vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000_000_000, to),
        DuckDbTypeId.TimestampTz => (in vector, row, to) => DuckDbText.WriteTimestampTz(vector.Get<long>(row), to),
        DuckDbTypeId.Interval => (in vector, row, to) => DuckDbText.WriteInterval(vector.Get<DuckDbInterval>(row), to),
        DuckDbTypeId.Uuid => (in vector, row, to) => DuckDbText.WriteUuid(vector.Get<Int128>(row), to),
        _ => null,
    };
}
