using System.Text;
using System.Text.RegularExpressions;
using Lakehouse.DuckDb;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Puts the values of a profile's attributes in the place of <c>profile('name')</c> in an SQL expression.</summary>
internal static partial class Attributes
{
    /// <summary>Returns the expression with the values as SQL texts.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_profile</c>: there is no such attribute.</exception>
    public static string PutInto(string expression, IReadOnlyDictionary<string, string> attributes)
    {
        var output = new StringBuilder();
        for (var at = 0; at < expression.Length;)
        {
            // Texts, quoted names and comments stay as they are, whatever is in them.
            if (Quoted().Match(expression, at) is { Success: true } quoted && quoted.Index == at)
            {
                output.Append(quoted.ValueSpan);
                at += quoted.Length;
            }
            else if (Call().Match(expression, at) is { Success: true } call && call.Index == at && (at == 0 || !IsPartOfName(expression[at - 1])))
            {
                var name = call.Groups["name"].Value.Replace("''", "'", StringComparison.Ordinal);
                output.Append(attributes.TryGetValue(name, out var value)
                    ? DuckDbSql.Literal(value)
                    : throw AccessErrors.Invalid($"it uses profile('{name}'), and \"attributes\" has no such member"));
                at += call.Length;
            }
            else
            {
                output.Append(expression[at++]);
            }
        }

        return output.ToString();
    }

    private static bool IsPartOfName(char character) => char.IsLetterOrDigit(character) || character is '_' or '.';

    [GeneratedRegex(@"\G(?:'(?:[^']|'')*'|""(?:[^""]|"""")*""|--[^\n]*|/\*(?s:.*?)\*/)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"\Gprofile\s*\(\s*'(?<name>(?:[^']|'')*)'\s*\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
