using Microsoft.Extensions.FileSystemGlobbing;

namespace Lakehouse.Host.Cli;

/// <summary>The files that arguments name, for shells that leave patterns as they are.</summary>
internal static class FileArguments
{
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>The paths, with the files of a pattern in the order of their names. A name that is there is no pattern.</summary>
    /// <exception cref="CommandException">No file has a name of the pattern.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> arguments) => [.. arguments.SelectMany(Expand)];

    private static IEnumerable<string> Expand(string argument)
    {
        var wildcard = argument.IndexOf('*', StringComparison.Ordinal);
        if (wildcard < 0 || File.Exists(argument))
        {
            return [argument];
        }

        var slash = argument.LastIndexOfAny(Separators, wildcard);
        var folder = slash < 0 ? "." : argument[..(slash + 1)];
        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddInclude(argument[(slash + 1)..]);

        // As a shell does: what begins with a dot is hidden, unless the pattern says so.
        if (!argument[(slash + 1)..].Split(Separators).Any(s => s.StartsWith('.')))
        {
            matcher.AddExclude("**/.*");
            matcher.AddExclude("**/.*/**");
        }

        var found = Directory.Exists(folder) ? matcher.GetResultsInFullPath(folder).Order(StringComparer.Ordinal).ToList() : [];
        return found.Count > 0 ? found : throw new CommandException($"No file matches '{argument}'.");
    }
}
