namespace Lakehouse.Ingest.Internal;

/// <summary>Which options a request has told, so that those which a format does not have are refused rather than ignored.</summary>
internal static class ToldOptions
{
    private static readonly string[] OfCsv =
        ["delimiter", "quote", "escape", "header", "columns", "skip", "comment", "decimal", "thousands", "trim", "trailing", "footer"];

    /// <summary>Refuses what can be told of CSV only.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_option</c>.</exception>
    public static void RequireJson(ReadOptions reading)
    {
        if (Of(reading).FirstOrDefault(OfCsv.Contains) is { } name)
        {
            throw IngestErrors.Option(name, "it says how CSV is written, and the file is JSON; if it is CSV after all, say format=csv");
        }
    }

    /// <summary>Refuses everything: a Parquet file says all of it itself.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_option</c>.</exception>
    public static void RequireParquet(ReadOptions reading)
    {
        if (Of(reading).FirstOrDefault() is { } name)
        {
            throw IngestErrors.Option(name, "it says how text is read, and the file is Parquet, which is stored as it is");
        }
    }

    private static IEnumerable<string> Of(ReadOptions reading)
    {
        (string Name, bool IsTold)[] all =
        [
            ("delimiter", reading.Delimiter is not null), ("quote", reading.Quote is not null), ("escape", reading.Escape is not null),
            ("header", reading.Header is not HeaderMode.Auto), ("columns", reading.Columns is not null), ("skip", reading.Skip is not null),
            ("comment", reading.Comment is not null), ("decimal", reading.DecimalSeparator is not null), ("thousands", reading.GroupSeparator is not null),
            ("trim", reading.Trim), ("trailing", reading.IgnoreTrailing), ("footer", reading.KeepsFooter),
            ("encoding", reading.Encoding is not null), ("types", reading.Types.Count > 0),
            ("null", reading.Nulls.Count > 0), ("date_format", reading.DateFormat is not null), ("timestamp_format", reading.TimestampFormat is not null),
            ("names", reading.CleanNames), ("on_error", reading.SkipErrors), ("max_errors", reading.MaxErrors is not null),
        ];
        return all.Where(o => o.IsTold).Select(o => o.Name);
    }
}
