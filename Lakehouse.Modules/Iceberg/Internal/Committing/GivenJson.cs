using System.Text.Json.Nodes;
using Lakehouse.Core.Errors;

namespace Lakehouse.Iceberg.Internal.Committing;

/// <summary>Reads members of what other engines send. Members that are not known stay where they are: the protocol gets new ones.</summary>
internal static class GivenJson
{
    public static LakehouseException Invalid(string reason, Exception? cause = null) =>
        new(ErrorKind.InvalidInput, "invalid_commit", $"The catalog does not take this: {reason}.", cause);

    /// <summary>Another writer was faster, or what the client knows is old: it reads the table and tries again.</summary>
    public static LakehouseException Overtaken(string reason) =>
        new(ErrorKind.Conflict, "commit_conflict", $"The table has changed: {reason}. Nothing was committed; load it and try again.");

    public static JsonObject Object(JsonNode? of, string name) =>
        (of as JsonObject)?[name] as JsonObject ?? throw Invalid($"\"{name}\" is missing or no object");

    public static string Text(JsonObject of, string name) => OptionalText(of, name) ?? throw Invalid($"\"{name}\" is missing");

    public static string? OptionalText(JsonObject of, string name) => Value<string>(of, name, "text");

    public static long Number(JsonObject of, string name) => OptionalNumber(of, name) ?? throw Invalid($"\"{name}\" is missing");

    public static long? OptionalNumber(JsonObject of, string name) => of[name] is null ? null : Value<long>(of, name, "whole number");

    public static bool Flag(JsonObject of, string name) => of[name] is not null && Value<bool>(of, name, "true or false");

    /// <summary>The id of a field, 1 to 2^31 - 201: those above are the specification's own.</summary>
    public static int Id(JsonObject of, string name) => Number(of, name) is var id and > 0 and <= int.MaxValue - 200
        ? (int)id
        : throw Invalid($"\"{name}\" is {Number(of, name)}, and no id of a field");

    /// <summary>An object whose members are texts.</summary>
    public static Dictionary<string, string> Texts(JsonObject of, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, _) in of[name] is null ? [] : Object(of, name))
        {
            texts.Add(key, Text(Object(of, name), key));
        }

        return texts;
    }

    private static T? Value<T>(JsonObject of, string name, string kind) =>
        of[name] is not { } node ? default
        : node is JsonValue value && value.TryGetValue<T>(out var found) ? found
        : throw Invalid($"\"{name}\" is no {kind}");
}
