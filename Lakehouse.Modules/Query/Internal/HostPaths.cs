using System.Text;
using System.Text.RegularExpressions;

namespace Lakehouse.Query.Internal;

/// <summary>Removes the host's paths from the engine's messages and plans.</summary>
/// <param name="dataFolder">The folder of the data files.</param>
/// <param name="hostFolder">A folder above it, whose name must not be shown.</param>
internal sealed partial class HostPaths(string dataFolder, string hostFolder)
{
    /// <summary>Shortens the path of a data file to its object key, and replaces the folders by a placeholder.</summary>
    public string Hide(string text) => text
        .Replace(dataFolder + "/", string.Empty, StringComparison.Ordinal)
        .Replace(dataFolder, "<data>", StringComparison.Ordinal)
        .Replace(hostFolder, "<data>", StringComparison.Ordinal);

    /// <summary>
    /// Removes the files from a plan. EXPLAIN ANALYZE draws boxes; the box of a scan lists the files it reads, broken over lines, so that their names cannot be
    /// found as text. The list is blanked, from its title to the first empty line of the box. The other formats of a plan have the list in one line, after its
    /// title.
    /// </summary>
    public string HidePlan(string plan)
    {
        var lines = plan.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (Match title in Title().Matches(lines[i]))
            {
                var (left, length) = (title.Index, title.Length);
                for (var below = i; below < lines.Length && IsBoxLine(lines[below], left, length); below++)
                {
                    var cell = lines[below].Substring(left + 1, length - 2);
                    if (below > i && string.IsNullOrWhiteSpace(cell))
                    {
                        break;
                    }

                    lines[below] = lines[below][..(left + 1)] + new string(' ', length - 2) + lines[below][(left + length - 1)..];
                }
            }
        }

        var list = plan.StartsWith('{') || plan.StartsWith('[') ? JsonList() : List();
        return Hide(list.Replace(string.Join('\n', lines), "${title}"));
    }

    /// <summary>As the other <c>HidePlan</c>, for UTF-8.</summary>
    public byte[] HidePlan(ReadOnlySpan<byte> plan) => Encoding.UTF8.GetBytes(HidePlan(Encoding.UTF8.GetString(plan)));

    private static bool IsBoxLine(string line, int left, int length) =>
        line.Length >= left + length && line[left] == '│' && line[left + length - 1] == '│';

    [GeneratedRegex(
        "│[^│]*(Filename\\(s\\)|File Path|Files?):[^│]*│",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();

    [GeneratedRegex(
        @"(?<title>""(Filename\(s\)|File Path|Files?)"": "")([^""\\]|\\.)*",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonList();

    /// <summary>The list in Mermaid, and in Graphviz, whose labels have a backslash and an n for the end of a line.</summary>
    [GeneratedRegex(
        @"(?<title>(^\t|───\\n)(Filename\(s\)|File Path|Files?):(\\n| ))[^\n]*?(?=\\n───|`?""\]|$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex List();
}
