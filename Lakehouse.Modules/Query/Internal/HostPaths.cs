using System.Text.RegularExpressions;

namespace Lakehouse.Query.Internal;

/// <summary>Takes the paths of the host out of what the engine says.</summary>
/// <param name="dataFolder">Where data files lie.</param>
/// <param name="hostFolder">A folder above it, whose name is nobody's business.</param>
internal sealed partial class HostPaths(string dataFolder, string hostFolder)
{
    /// <summary>Data files become their keys' paths; everything else below the data folder, a placeholder.</summary>
    public string Hide(string text) => text
        .Replace(dataFolder + "/", string.Empty, StringComparison.Ordinal)
        .Replace(dataFolder, "<data>", StringComparison.Ordinal)
        .Replace(hostFolder, "<data>", StringComparison.Ordinal);

    /// <summary>
    /// EXPLAIN ANALYZE draws boxes, and lists in those of scans the files they read, broken over lines so that no text could be replaced. The list is blanked,
    /// from its title to the first empty line of its box.
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

        return Hide(string.Join('\n', lines));
    }

    private static bool IsBoxLine(string line, int left, int length) =>
        line.Length >= left + length && line[left] == '│' && line[left + length - 1] == '│';

    [GeneratedRegex(
        "│[^│]*(Filename\\(s\\)|File Path|Files?):[^│]*│",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();
}
