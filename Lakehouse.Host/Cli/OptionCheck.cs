using System.CommandLine;
using System.Text.RegularExpressions;
using Lakehouse.Core.Text;

namespace Lakehouse.Host.Cli;

/// <summary>
/// Refuses an argument that is written like an option which the command does not have. The parser would take the first such argument as the file or the
/// statement, and complain about the one after it.
/// </summary>
internal static partial class OptionCheck
{
    /// <summary>Throws for the first argument that looks like an option and is not one of the command. What follows <c>--</c> is not looked at.</summary>
    /// <param name="command">The command that the arguments name.</param>
    /// <param name="inherited">The options that every command has.</param>
    /// <param name="arguments">The arguments, without settings.</param>
    public static void Require(Command command, IReadOnlyList<Option> inherited, IEnumerable<string> arguments)
    {
        var options = command.Options.Concat(inherited).Distinct().ToList();
        var known = options.SelectMany(o => o.Aliases.Prepend(o.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var argument in arguments.TakeWhile(a => a != "--"))
        {
            if (OptionForm().Match(argument) is { Success: true } match && !known.Contains(match.Groups["name"].Value))
            {
                var shown = options.Where(o => !o.Hidden).Select(o => o.Name).Where(n => n.StartsWith("--", StringComparison.Ordinal)).ToList();
                var name = match.Groups["name"].Value;
                var nearest = NearestName.Find(name, shown) is { } found ? $" The nearest is {found}." : string.Empty;
                throw new CommandException($"{command.Name} has no option {name}.{nearest} It has: {string.Join(", ", shown)}.");
            }
        }
    }

    // A statement has blanks, and a number after a hyphen is a value: neither has this form.
    [GeneratedRegex(
        "^(?<name>--?[A-Za-z][A-Za-z0-9_.-]*)([=:].*)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionForm();
}
