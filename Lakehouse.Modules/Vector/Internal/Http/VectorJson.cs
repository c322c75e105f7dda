using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Steps that the readers of request bodies share. Each names what it stands at in its error.</summary>
internal static class VectorJson
{
    /// <summary>Reads a body with <paramref name="read"/>; JSON that is none becomes an error for a person.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> body, string form, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(body);
        }
        catch (JsonException error)
        {
            throw VectorErrors.Request($"the body is not JSON of the form {form} (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})", error);
        }
    }

    /// <summary>Steps over <paramref name="token"/>, which must come next.</summary>
    public static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw Wrong(what, token switch
            {
                JsonTokenType.StartObject => "an object",
                JsonTokenType.StartArray => "a list",
                _ => "something else",
            });
        }
    }

    public static string ReadText(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        try
        {
            return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Wrong(what, "a text");
        }
        catch (InvalidOperationException error)
        {
            throw VectorErrors.Request($"{what} is not valid Unicode", error);
        }
    }

    public static int ReadCount(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var count) ? count : throw Wrong(what, "a whole number");
    }

    public static bool ReadFlag(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.TokenType == JsonTokenType.True : throw Wrong(what, "true or false");
    }

    public static float ReadNumber(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number ? FloatText.Parse(reader.ValueSpan) : throw Wrong(what, "a number");
    }

    public static List<string> ReadTexts(ref Utf8JsonReader reader, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Wrong($"{what}[{texts.Count}]", "a text"));
        }

        return texts;
    }

    /// <summary>Reads a list of numbers onto the end of <paramref name="floats"/>.</summary>
    /// <param name="reader">Stands before the list, over the end of <paramref name="json"/>; may come back as another reader over a later part of it.</param>
    /// <param name="json">The whole text.</param>
    /// <param name="offset">Where the reader's text starts in it.</param>
    /// <param name="floats">Takes the numbers.</param>
    /// <param name="what">The list's name for an error.</param>
    /// <returns>How many.</returns>
    public static int ReadVector(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref int offset, FloatList floats, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var before = floats.Count;
        var start = offset + (int)reader.BytesConsumed;
        if (VectorText.TryRead(json[start..], floats, out var length))
        {
            // A reader that goes on from the opening to the closing bracket: to it the list is empty.
            offset = start + length;
            reader = new Utf8JsonReader(json[offset..], isFinalBlock: true, reader.CurrentState);
            reader.Read();
            return floats.Count - before;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number)
            {
                throw Wrong($"{what}[{floats.Count - before}]", "a number");
            }

            floats.Add(FloatText.Parse(reader.ValueSpan));
        }

        return floats.Count - before;
    }

    public static LakehouseException Wrong(string what, string expected) => VectorErrors.Request($"{what} is not {expected}");

    public static LakehouseException Unknown(string where, string? name, IEnumerable<string> known) =>
        VectorErrors.Request(JsonMembers.Unknown(where, name, known));
}
