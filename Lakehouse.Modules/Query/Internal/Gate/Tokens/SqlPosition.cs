using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Gate.Tokens;

/// <summary>Errors with their position in the text, shown as DuckDB shows it.</summary>
internal static class SqlPosition
{
    /// <summary>An error at a byte of the UTF-8 form of <paramref name="sql"/>.</summary>
    public static LakehouseException Error(string message, string sql, int offsetBytes) =>
        At(new LakehouseException(ErrorKind.InvalidInput, "sql_error", message), sql, offsetBytes);

    /// <summary>Adds the position in the text to an error.</summary>
    public static LakehouseException At(LakehouseException error, string sql, int offsetBytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        var before = Encoding.UTF8.GetString(utf8, 0, Math.Clamp(offsetBytes, 0, utf8.Length));
        var line = before.Count(c => c == '\n') + 1;
        var column = before.Length - (before.LastIndexOf('\n') + 1);
        var text = sql.Split('\n')[line - 1].TrimEnd('\r');
        var prefix = $"LINE {line}: ";
        return new LakehouseException(
            error.Kind, error.Code, $"{error.Message}\n\n{prefix}{text}\n{new string(' ', prefix.Length + column)}^", error.InnerException)
        {
            RetryAfter = error.RetryAfter,
            Details = new Dictionary<string, object?> { ["position"] = before.Length + 1 },
        };
    }
}
