using System.Buffers;

namespace Lakehouse.DuckDb;

/// <summary>Quoting for SQL that the program itself writes.</summary>
public static class DuckDbSql
{
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>A text as a literal.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name as a quoted identifier.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A name as DuckDB prints it in a type: quoted unless lower-case and plain.</summary>
    internal static string QuoteIfNeeded(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(PlainCharacters) ? name : Identifier(name);
}
