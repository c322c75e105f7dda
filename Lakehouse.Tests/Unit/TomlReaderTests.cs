using System.Globalization;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Toml;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit;

public sealed class TomlReaderTests
{
    [Theory]
    [InlineData("a = 1", """{"a":1}""")]
    [InlineData("a.b = 'x'\na.c = \"y\\n\\u00e9\"", """{"a":{"b":"x","c":"y\né"}}""")]
    [InlineData("[t]\nk = [1, 2,\n # c\n 3,]\n[t.u]\nk = {x = true, y.z = -0.5}", """{"t":{"k":[1,2,3],"u":{"k":{"x":true,"y":{"z":-0.5}}}}}""")]
    [InlineData("[[p]]\nn = 1\n[[p]]\nn = 2\n[p.q]\nr = 3", """{"p":[{"n":1},{"n":2,"q":{"r":3}}]}""")]
    [InlineData("d = 1979-05-27T07:32:00Z\nt = 07:32:00.5\nl = 1979-05-27 07:32:00", """{"d":"1979-05-27T07:32:00Z","t":"07:32:00.5","l":"1979-05-27T07:32:00"}""")]
    [InlineData("s = '''\na\nb'''\nm = \"\"\"x \\\n   y\"\"\"\"", """{"s":"a\nb","m":"x y\""}""")]
    [InlineData("h = 0xDEAD_beef\no = 0o755\nb = 0b1101\nf = 1_000.5e2", """{"h":3735928559,"o":493,"b":13,"f":100050}""")]
    public void Valid_documents_are_read(string toml, string json) =>
        Json(TomlReader.Read(Encoding.UTF8.GetBytes(toml))).Should().Be(Normalize(json));

    [Theory]
    [InlineData("a = 1\na = 2", 2)]
    [InlineData("a = ", 1)]
    [InlineData("a = 01", 1)]
    [InlineData("a = 1__0", 1)]
    [InlineData("a = 'x\n'", 1)]
    [InlineData("[a]\n[a]", 2)]
    [InlineData("a.b = 1\na = 2", 2)]
    [InlineData("a = {b = 1}\na.c = 2", 2)]
    [InlineData("[a]\nb.c = 1\n[a.b]", 3)]
    [InlineData("a = [1\nb = 2", 2)]
    [InlineData("a = \"\\q\"", 1)]
    [InlineData("a = 2024-02-30", 1)]
    [InlineData("a = 1 b = 2", 1)]
    [InlineData("a = 1\r b = 2", 1)]
    [InlineData("# \u0001", 1)]
    [InlineData("a = 9223372036854775808", 1)]
    [InlineData("= 1", 1)]
    public void Invalid_documents_are_refused_with_their_line(string toml, int line) =>
        FluentActions.Invoking(() => TomlReader.Read(Encoding.UTF8.GetBytes(toml))).Should().Throw<TomlException>().Which.Line.Should().Be(line);

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_end_the_process() =>
        FluentActions.Invoking(() => TomlReader.Read(Encoding.UTF8.GetBytes("a = " + new string('[', 100_000)))).Should().Throw<TomlException>();

    [TomlSuiteTheory]
    [MemberData(nameof(SuiteFiles), "valid")]
    public void Every_valid_case_of_the_official_suite_is_read(string file)
    {
        var table = TomlReader.Read(File.ReadAllBytes(TomlSuite.File(file)));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(TomlSuite.File(Path.ChangeExtension(file, ".json"))));
        Compare(table, expected.RootElement, file);
    }

    [TomlSuiteTheory]
    [MemberData(nameof(SuiteFiles), "invalid")]
    public void Every_invalid_case_of_the_official_suite_is_refused(string file) =>
        FluentActions.Invoking(() => TomlReader.Read(File.ReadAllBytes(TomlSuite.File(file)))).Should().Throw<TomlException>();

    public static TheoryData<string> SuiteFiles(string kind) => new(TomlSuite.List(kind));

    private static void Compare(object actual, JsonElement expected, string where)
    {
        switch (actual)
        {
            case TomlTable table:
                expected.ValueKind.Should().Be(JsonValueKind.Object, where);
                table.Values.Keys.Should().BeEquivalentTo(expected.EnumerateObject().Select(p => p.Name), where);
                foreach (var (key, value) in table.Values)
                {
                    Compare(value, expected.GetProperty(key), $"{where}: {key}");
                }

                break;
            case List<object> list:
                expected.GetArrayLength().Should().Be(list.Count, where);
                for (var i = 0; i < list.Count; i++)
                {
                    Compare(list[i], expected[i], $"{where}[{i}]");
                }

                break;
            default:
                CompareScalar(actual, expected.GetProperty("type").GetString()!, expected.GetProperty("value").GetString()!, where);
                break;
        }
    }

    private static void CompareScalar(object actual, string type, string value, string where)
    {
        var matches = type switch
        {
            "string" => actual is string text && text == value,
            "integer" => actual is long number && number == long.Parse(value, CultureInfo.InvariantCulture),
            "float" => actual is double real && SameFloat(real, value),
            "bool" => actual is bool flag && flag == bool.Parse(value),
            "datetime" => actual is TomlTemporal { Kind: TomlTemporalKind.OffsetDateTime } time && SameTime(time.Text, value),
            "datetime-local" => actual is TomlTemporal { Kind: TomlTemporalKind.LocalDateTime } time && SameTime(time.Text, value),
            "date-local" => actual is TomlTemporal { Kind: TomlTemporalKind.LocalDate } time && time.Text == value,
            "time-local" => actual is TomlTemporal { Kind: TomlTemporalKind.LocalTime } time && SameTime(time.Text, value),
            _ => false,
        };
        matches.Should().BeTrue("{0} is {1} '{2}', and was read as {3} '{4}'", where, type, value, actual.GetType().Name, actual);
    }

    private static bool SameFloat(double actual, string value) => value.TrimStart('+', '-') switch
    {
        "inf" => double.IsInfinity(actual) && (actual < 0) == value.StartsWith('-'),
        "nan" => double.IsNaN(actual),
        _ => actual.Equals(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture)),
    };

    /// <summary>Equal except for zeros at the end of the fraction.</summary>
    private static bool SameTime(string actual, string value) => TrimFraction(actual) == TrimFraction(value.ToUpperInvariant().Replace(' ', 'T'));

    private static string TrimFraction(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return text;
        }

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text[..dot] + text[dot..end].TrimEnd('0').TrimEnd('.') + text[end..];
    }

    private static string Json(object value) => value switch
    {
        TomlTable table => "{" + string.Join(",", table.Values.Select(p => JsonSerializer.Serialize(p.Key) + ":" + Json(p.Value))) + "}",
        List<object> list => "[" + string.Join(",", list.Select(Json)) + "]",
        TomlTemporal time => JsonSerializer.Serialize(time.Text),
        _ => JsonSerializer.Serialize(value),
    };

    private static string Normalize(string json)
    {
        using var document = JsonDocument.Parse(json.Replace("\n", "\\n", StringComparison.Ordinal));
        return JsonSerializer.Serialize(document.RootElement);
    }
}
