using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>Reads vectors from JSON. Numbers are read as doubles and converted to float32.</summary>
internal static class VectorReader
{
    /// <summary>Reads a list of numbers; the reader is at its opening bracket.</summary>
    /// <exception cref="FormatException">It is not a list of numbers, or a number is not a finite float32.</exception>
    public static float[] ReadList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException("a vector is not a list of numbers");
        }

        var vector = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var value = reader.TokenType == JsonTokenType.Number
                ? (float)reader.GetDouble()
                : throw new FormatException("a vector contains a value that is not a number");
            vector.Add(float.IsFinite(value) ? value : throw new FormatException("a vector holds a number beyond the range of float32"));
        }

        return [.. vector];
    }

    /// <summary>Reads a list, or float32 in base64, little-endian, which some servers return without being asked to.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static float[] Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return ReadList(ref reader);
        }

        var bytes = reader.GetBytesFromBase64();
        return bytes.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new FormatException("a vector in base64 is cut off");
    }
}
