using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Gate;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>A version of a dataset as a table name or a pin gives it: a number, or a time in ISO 8601.</summary>
/// <param name="Number">The version; null for a time.</param>
/// <param name="Time">The time, at which the version was the newest.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct DatasetVersion(long? Number, DateTimeOffset Time)
{
    private const char Separator = '@';

    /// <summary>The dataset's part of a table name; no dataset's name has the separator.</summary>
    public static string NameIn(string table) => table.IndexOf(Separator, StringComparison.Ordinal) is var at and >= 0 ? table[..at] : table;

    /// <summary>The version that a table name gives; null where it gives none.</summary>
    /// <exception cref="LakehouseException"><c>sql_error</c> (<see cref="ErrorKind.InvalidInput"/>): it is neither a number nor a time.</exception>
    public static DatasetVersion? In(string table) =>
        table.IndexOf(Separator, StringComparison.Ordinal) is var at and >= 0 ? Parse(table[(at + 1)..], $"the table '{table}'") : null;

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text.</param>
    /// <param name="where">What it belongs to, for the error.</param>
    /// <exception cref="LakehouseException"><c>sql_error</c> (<see cref="ErrorKind.InvalidInput"/>): it is neither a number nor a time.</exception>
    public static DatasetVersion Parse(string text, string where)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return new DatasetVersion(number, default);
        }

        string[] forms =
        [
            "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK",
            "yyyy-MM-dd HH:mm:ss.FFFFFFFK", // as SQL shows times
        ];
        return DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new DatasetVersion(null, time)
            : throw GateErrors.Invalid(
                $"{where} names the version '{text}'; a version is a number, as in \"workers@3\", or a time, as in \"workers@2026-11-01T00:00:00Z\"");
    }
}
