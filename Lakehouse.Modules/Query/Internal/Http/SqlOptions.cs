using System.Globalization;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;
using Lakehouse.Query.Internal.Stored;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Query.Internal.Http;

/// <summary>
/// The options of <c>/v1/sql</c>. Each can be in the body or in the address, not in both. Parameters of the statement are in the body's <c>params</c> or in
/// the address as <c>p.NAME</c>.
/// </summary>
internal sealed class SqlOptions
{
    /// <summary>Before the name of a parameter in the address.</summary>
    public const string ParameterPrefix = "p.";

    private const int IdLengthMax = 64;
    private const string PinPrefix = "at.";

    /// <summary>The options' names in the address.</summary>
    public static readonly string[] Names =
    [
        "format", "rows", "numbers", "timeout_ms", "max_rows", "query_id", "wait_end", "download", ParameterPrefix + "*", PinPrefix + "*",
    ];

    private readonly IQueryCollection _address;
    private readonly JsonMembers? _body;

    /// <summary>Reads them from a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">The body; null where there is none.</param>
    public SqlOptions(HttpRequest request, JsonMembers? body)
    {
        (_address, _body) = (request.Query, body);
        Download = Text("download");
        IsSpooled = Choice("wait_end", "0", "1", "true", "false") is "1" or "true";
        var rows = Choice("rows", "arrays", "objects");
        var named = Text("format") is { } name ? AnswerFormats.Parse(name) : (AnswerFormat?)null;
        var accepted = named ?? AnswerFormats.Negotiate(request);
        var format = accepted ?? (Download is null ? null : AnswerFormats.FindByExtension(Download)) ?? AnswerFormat.Json;
        if (accepted is null && Download is { } file && Path.GetExtension(file).Length > 0 && AnswerFormats.FindByExtension(file) is null)
        {
            throw JsonMembers.Invalid(
                $"download is '{file}', whose ending names no format. End it with {AnswerFormats.Endings}, or say format= too, for a file of that format under "
                + "this name");
        }

        if (rows is not null && format != AnswerFormat.Json)
        {
            throw JsonMembers.Invalid("rows is an option of the format json");
        }

        Format = rows == "objects" ? AnswerFormat.JsonObjects : format;
        NumbersAsText = Choice("numbers", "text", "number") == "text";
        if (NumbersAsText && Format is not (AnswerFormat.Json or AnswerFormat.JsonObjects or AnswerFormat.NdJson))
        {
            throw JsonMembers.Invalid("numbers is an option of the formats json and ndjson");
        }

        Timeout = Count("timeout_ms") is { } milliseconds ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)) : null;
        MaxRows = Count("max_rows");
        Id = Text("query_id");
        if (Id is not null && (Id.Length is 0 or > IdLengthMax || !Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
        {
            throw JsonMembers.Invalid($"query_id is 1 to {IdLengthMax} letters, digits, '-' and '_'");
        }

        Parameters = ReadParameters(_address, _body);
        At = ReadPins();
        Into = ReadTarget();
        var other = Into is null ? null : Array.Find(["format", "rows", "numbers", "max_rows", "wait_end", "download"], n => Text(n) is not null);
        if (other is not null)
        {
            throw JsonMembers.Invalid($"\"into\" writes a dataset, and its answer is the manifest; leave {other} out");
        }
    }

    /// <summary>The format of the answer.</summary>
    public AnswerFormat Format { get; }

    public bool NumbersAsText { get; }

    public TimeSpan? Timeout { get; }

    public long? MaxRows { get; }

    public string? Id { get; }

    /// <summary>The statement's parameters as JSON; null: none.</summary>
    public string? Parameters { get; }

    /// <summary>The versions of datasets that it reads; null: the newest.</summary>
    public IReadOnlyDictionary<string, string>? At { get; }

    /// <summary>The dataset into which its rows are written; null: they are the answer.</summary>
    public DatasetTarget? Into { get; }

    /// <summary>The name of the file as which a browser saves the answer; null where it shows it.</summary>
    public string? Download { get; }

    /// <summary>Whether the answer is collected before it is sent, so that an error always is a status.</summary>
    public bool IsSpooled { get; }

    private string? Text(string name)
    {
        var value = _body?.Member(name);
        var inAddress = _address[name].Count > 0 ? _address[name].ToString() : null;
        if (value is not null && inAddress is not null)
        {
            throw JsonMembers.Invalid($"{name} is in the body and in the address; give it once");
        }

        return value switch
        {
            null => inAddress,
            { ValueKind: JsonValueKind.String } => JsonMembers.TextOf(value.Value, $"\"{name}\""),
            { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } => value.Value.GetRawText(),
            _ => throw JsonMembers.Invalid($"\"{name}\" is not a text or a number"),
        };
    }

    private string? Choice(string name, params string[] choices)
    {
        var text = Text(name);
        return text is null || choices.Contains(text, StringComparer.OrdinalIgnoreCase)
            ? text?.ToLowerInvariant()
            : throw JsonMembers.Invalid($"{name} is '{text}'; it is {string.Join(" or ", choices)}{NearestName.Hint(text, choices)}");
    }

    private long? Count(string name) => Text(name) is { } text
        ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw JsonMembers.Invalid($"{name} is '{text}'; it is a whole number from 1")
        : null;

    /// <summary>The values of the parameters in a body; null for none.</summary>
    private static string? ReadParameters(JsonMembers body) => body.Member("params") is not { } values ? null
        : values.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? values.GetRawText()
        : throw JsonMembers.Invalid("\"params\" is not a list, for ? and $1, or an object, for $name");

    /// <summary>The values of the parameters, in a body or in the address; null for none.</summary>
    public static string? ReadParameters(IQueryCollection address, JsonMembers? body)
    {
        var named = address.Where(p => p.Key.StartsWith(ParameterPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        var inBody = body is null ? null : ReadParameters(body);
        if (named.Count == 0)
        {
            return inBody;
        }

        if (inBody is not null)
        {
            throw JsonMembers.Invalid("the statement's parameters are in the body and in the address; give them in one of them");
        }

        return "{" + string.Join(",", named.Select(p => JsonSerializer.Serialize(p.Key[ParameterPrefix.Length..]) + ":" + ValueOf(p.Value.ToString()))) + "}";
    }

    private Dictionary<string, string>? ReadPins()
    {
        var inAddress = _address.Where(p => p.Key.StartsWith(PinPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        if (_body?.Member("at") is not { } pins)
        {
            return inAddress.Count == 0
                ? null
                : inAddress.ToDictionary(p => p.Key[PinPrefix.Length..], p => p.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        }

        if (inAddress.Count > 0 || pins.ValueKind != JsonValueKind.Object)
        {
            throw JsonMembers.Invalid("\"at\" is an object of versions by dataset, {\"orders\": 12}, and is given in the body or in the address, not in both");
        }

        var at = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pin in pins.EnumerateObject())
        {
            var version = pin.Value.ValueKind switch
            {
                JsonValueKind.String => JsonMembers.TextOf(pin.Value, $"at.{pin.Name}"),
                JsonValueKind.Number => pin.Value.GetRawText(),
                _ => throw JsonMembers.Invalid($"at.{pin.Name} is no version: a number, or a time in ISO 8601"),
            };
            if (!at.TryAdd(JsonMembers.NameOf(pin), version))
            {
                throw JsonMembers.Invalid($"\"at\" has '{pin.Name}' twice");
            }
        }

        return at.Count == 0 ? null : at;
    }

    private DatasetTarget? ReadTarget()
    {
        if (_body?.Member("into") is not { } into)
        {
            return null;
        }

        if (into.ValueKind != JsonValueKind.Object)
        {
            throw JsonMembers.Invalid("\"into\" is an object: {\"dataset\":\"daily\",\"mode\":\"replace\"}");
        }

        var members = new JsonMembers(into, "\"into\"");
        var (name, mode, isEvolving) = (members.RequiredText("dataset"), members.Text("mode"), members.Flag("evolve"));
        members.Complete();
        return new DatasetTarget(DatasetName.Parse(name), mode switch
        {
            null or "replace" => CommitMode.Replace,
            "append" => CommitMode.Append,
            _ => throw JsonMembers.Invalid($"the mode of \"into\" is '{mode}'; it is replace or append{NearestName.Hint(mode, ["replace", "append"])}"),
        })
        {
            IsEvolving = isEvolving ?? false,
        };
    }

    /// <summary>A value in the address that is JSON is that value; any other is a text.</summary>
    private static string ValueOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(text);
        }
    }
}
