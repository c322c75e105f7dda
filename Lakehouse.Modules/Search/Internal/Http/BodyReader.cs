using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Search.Internal.Http;

/// <summary>Reads the members of a body, and refuses those that nobody asked for: a misspelt one must not pass unnoticed.</summary>
internal sealed class BodyReader(JsonElement body, string place = "the body")
{
    private readonly List<string> _known = [];

    /// <summary>A member, or null where it is absent or null.</summary>
    public JsonElement? Member(string name)
    {
        _known.Add(name);
        return body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name) => Member(name) is { } value ? TextOf(value, name) : null;

    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw SearchErrors.Request($"{place} has no \"{name}\"");

    public bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "true or false"),
    };

    public int? Count(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) ? count : throw Wrong(name, "a whole number")
        : null;

    public double? Number(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Wrong(name, "a number")
        : null;

    public IReadOnlyList<string>? Texts(string name) => Member(name) is { } value
        ? value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select((v, i) => TextOf(v, $"{name}[{i}]"))] : throw Wrong(name, "a list of texts")
        : null;

    /// <summary>Ends the reading.</summary>
    public void Complete()
    {
        foreach (var member in body.EnumerateObject())
        {
            if (!_known.Contains(member.Name, StringComparer.Ordinal))
            {
                throw SearchErrors.Request($"{place} has no member \"{member.Name}\"; there are {string.Join(", ", _known)}");
            }
        }
    }

    private static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a text");
        }
        catch (InvalidOperationException fault)
        {
            throw SearchErrors.Request($"\"{name}\" is not valid Unicode", fault);
        }
    }

    private static LakehouseException Wrong(string name, string expected) => SearchErrors.Request($"\"{name}\" is not {expected}");
}
