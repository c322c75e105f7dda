using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Steps that the readers of request bodies share. Their errors name the member that is read.</summary>
internal static class VectorJson
{
    /// <summary>Reads a body with <paramref name="read"/>; invalid JSON becomes an error for the client.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> body, string form, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(body);
        }
        catch (InvalidOperationException error)
        {
            // Utf8JsonReader throws it for texts and names that are compared or read.
            throw VectorErrors.Request("a text or the name of a member is not valid Unicode", error);
        }
        catch (JsonException error)
        {
            throw VectorErrors.Request($"the body is not JSON of the form {form} (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})", error);
        }
    }

    /// <summary>Reads the next token, which must be <paramref name="token"/>.</summary>
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

    public static long ReadLongCount(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) ? count : throw Wrong(what, "a whole number");
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

    /// <summary>Reads a list of numbers and appends them to <paramref name="floats"/>.</summary>
    /// <param name="reader">A reader over the rest of <paramref name="json"/>, before the list; may be replaced by a reader over a later part.</param>
    /// <param name="json">The whole text.</param>
    /// <param name="offset">Where the reader's text starts in <paramref name="json"/>.</param>
    /// <param name="floats">Takes the numbers.</param>
    /// <param name="what">The list's name for an error.</param>
    /// <returns>How many numbers were read.</returns>
    public static int ReadVector(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref int offset, FloatList floats, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var before = floats.Count;
        var start = offset + (int)reader.BytesConsumed;
        if (VectorText.TryRead(json[start..], floats, out var length))
        {
            // A new reader continues at the closing bracket with the state after the opening one, so it sees an empty list.
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
