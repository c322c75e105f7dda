using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Gate.Tokens;

namespace Lakehouse.Query;

/// <summary>Conditions of clients that become a part of a statement.</summary>
public static class SqlCondition
{
    /// <summary>
    /// Refuses a text that would not stay within brackets that are put around it: the rest of it would be a part of the statement that nobody has seen.
    /// </summary>
    /// <param name="condition">An SQL expression.</param>
    /// <exception cref="LakehouseException"><c>sql_error</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static void Require(string condition)
    {
        var tokens = SqlToken.Split(condition);
        if (tokens.Count == 0)
        {
            throw GateErrors.Invalid("where has no condition");
        }

        var last = tokens[^1];
        var isOpen = last.Depth > 0 || last.Is(condition, "(") || last.Is(condition, "[") || last.Is(condition, "{");
        if (isOpen || tokens.Any(t => t.Depth < 0 || t.Is(condition, ";")))
        {
            throw GateErrors.Invalid("where is no single condition: its brackets are not even, or it has a semicolon");
        }
    }

    /// <summary>Whether it names columns by <c>COLUMNS(...)</c>, which depends on what else is in the statement.</summary>
    internal static bool HasColumns(string condition)
    {
        var tokens = SqlToken.Split(condition);
        return Enumerable.Range(0, tokens.Count - 1).Any(i => tokens[i].Is(condition, "COLUMNS") && tokens[i + 1].Is(condition, "("));
    }
}
