using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lakehouse.Tests.Fixtures;

/// <summary>One text for each value, however a format spells it. Nothing is rounded.</summary>
public static partial class CanonicalText
{
    /// <summary>A number: its digits without zeros at either end, and the power of ten. Other texts, such as NaN, are as they are.</summary>
    public static string OfNumber(string text)
    {
        if (Number().Match(text) is not { Success: true } match)
        {
            return text;
        }

        var fraction = match.Groups["fraction"].Value;
        var exponent = match.Groups["exponent"] is { Success: true } power ? int.Parse(power.ValueSpan, CultureInfo.InvariantCulture) : 0;
        var digits = (match.Groups["whole"].Value + fraction).TrimStart('0');
        var shortened = digits.TrimEnd('0');
        var sign = match.Groups["sign"].Value;
        return shortened.Length == 0 ? sign + "0" : $"{sign}{shortened}e{exponent - fraction.Length + digits.Length - shortened.Length}";
    }

    /// <summary>JSON without blanks, its numbers as <see cref="OfNumber"/> gives them.</summary>
    public static string OfJson(string text)
    {
        using var json = JsonDocument.Parse(text);
        return Of(json.RootElement);
    }

    private static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Of))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(m => JsonSerializer.Serialize(m.Name) + ":" + Of(m.Value)))}}}",
        JsonValueKind.Number => OfNumber(value.GetRawText()),
        JsonValueKind.String => JsonSerializer.Serialize(value.GetString()),
        _ => value.GetRawText(),
    };

    [GeneratedRegex(
        @"^(?<sign>-?)(?<whole>\d+)(\.(?<fraction>\d+))?([eE](?<exponent>[+-]?\d+))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
