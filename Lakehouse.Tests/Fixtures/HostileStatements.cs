using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// Statements that attack the server, from TestData/hostile.sql. The head of that file documents its form: a line of class and reason before each
/// statement, <c>---</c> between two, and macros for what is long.
/// </summary>
public static partial class HostileStatements
{
    // The depth of nested macros. The limit keeps the file readable and this reader simple.
    private const int MacroDepthMax = 2;

    /// <summary>The classes, in the order of the file.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["stack", "planner", "unstoppable", "amplifier", "escape", "starvation"];

    /// <summary>
    /// All statements, numbered from 1 in the order of the file, with their macros expanded, and the formats besides JSON that their reasons name.
    /// </summary>
    public static IEnumerable<(int Number, string Class, string Sql, IReadOnlyList<string> Formats)> Read()
    {
        var number = 0;
        foreach (var block in Blocks(File.ReadAllText(Repository.File("Lakehouse.Tests", "TestData", "hostile.sql"))))
        {
            var header = Header().Match(block);
            if (!header.Success)
            {
                throw new InvalidDataException($"hostile.sql, statement {number + 1}: the first line is '{block.Split('\n')[0]}', expected '-- class: reason'");
            }

            number++;
            var reason = header.Value.Contains("format=", StringComparison.Ordinal) ? header.Value : string.Empty;
            var formats = new[] { "parquet", "arrow" }.Where(f => reason.Contains(f, StringComparison.Ordinal)).ToList();
            yield return (number, header.Groups["class"].Value, Expand(block[header.Length..]), formats);
        }
    }

    /// <summary>Replaces the macros of a text. Throws <see cref="InvalidDataException"/> for one that is not closed or nested too deeply.</summary>
    public static string Expand(string text) => new Expansion(text).Run();

    /// <summary>The file without its head, split at the lines <c>---</c>.</summary>
    private static IEnumerable<string> Blocks(string file)
    {
        var blocks = file.ReplaceLineEndings("\n").Split("\n---\n");
        return blocks.Skip(1).Select(b => b.TrimEnd('\n'));
    }

    [GeneratedRegex(@"\A-- (?<class>[a-z]+): [^\n]+\n", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();

    [GeneratedRegex(@"\G\{\{(?<count>\d+)\*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Repetition();

    [GeneratedRegex(@"\G\{\{U\+(?<code>[0-9A-F]{1,6})\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodePoint();

    private enum PartKind
    {
        /// <summary>Literal text, or the expansion of an inner macro.</summary>
        Text,

        /// <summary><c>#</c> or <c>#-1</c>: the number of the repetition.</summary>
        Number,

        /// <summary>A single <c>|</c>; the last one of a macro begins its separator.</summary>
        Bar,
    }

    private readonly record struct Part(PartKind Kind, string Text, int Offset = 0);

    /// <summary>One pass over one text.</summary>
    private sealed class Expansion(string text)
    {
        private int _position;

        public string Run()
        {
            var output = new StringBuilder();
            while (_position < text.Length)
            {
                output.Append(TryMacro(1) ?? text[_position++].ToString());
            }

            return output.ToString();
        }

        /// <summary>Expands the macro at the position and moves the position behind it. Null when there is no macro.</summary>
        private string? TryMacro(int depth)
        {
            if (CodePoint().Match(text, _position) is { Success: true } code)
            {
                _position += code.Length;
                return char.ConvertFromUtf32(int.Parse(code.Groups["code"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }

            if (Repetition().Match(text, _position) is not { Success: true } open)
            {
                return null;
            }

            if (depth > MacroDepthMax)
            {
                throw new InvalidDataException($"hostile.sql: the macro at character {_position} of a statement is nested deeper than {MacroDepthMax}");
            }

            _position += open.Length;
            var parts = ReadParts(depth);
            var bar = parts.FindLastIndex(p => p.Kind == PartKind.Bar);
            var body = bar < 0 ? parts : parts[..bar];
            var separator = bar < 0 ? string.Empty : Render(parts[(bar + 1)..], 0);
            var count = int.Parse(open.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
            return string.Join(separator, Enumerable.Range(0, count).Select(n => Render(body, n)));
        }

        private List<Part> ReadParts(int depth)
        {
            var start = _position;
            var parts = new List<Part>();
            while (_position < text.Length)
            {
                if (TryMacro(depth + 1) is { } inner)
                {
                    parts.Add(new Part(PartKind.Text, inner));
                    continue;
                }

                var braces = text.AsSpan(_position).IndexOfAnyExcept('}');
                braces = braces < 0 ? text.Length - _position : braces;
                if (braces >= 2)
                {
                    // In a run of braces, the last two close the macro; those before them are text.
                    var literal = braces - (2 * Math.Min(depth, braces / 2));
                    parts.Add(new Part(PartKind.Text, new string('}', literal)));
                    _position += literal + 2;
                    return parts;
                }

                parts.Add(ReadPart());
            }

            throw new InvalidDataException($"hostile.sql: the macro before character {start} of a statement is not closed");
        }

        private Part ReadPart()
        {
            var rest = text.AsSpan(_position);
            var part = rest switch
            {
                ['|', '|', ..] => new Part(PartKind.Text, "||"),
                ['|', ..] => new Part(PartKind.Bar, "|"),
                ['#', '-', '1', ..] => new Part(PartKind.Number, "#-1", -1),
                ['#', ..] => new Part(PartKind.Number, "#"),
                _ => new Part(PartKind.Text, rest[..1].ToString()),
            };
            _position += part.Text.Length;
            return part;
        }

        private static string Render(IEnumerable<Part> parts, int number) => string.Concat(
            parts.Select(p => p.Kind == PartKind.Number ? (number + p.Offset).ToString(CultureInfo.InvariantCulture) : p.Text));
    }
}
