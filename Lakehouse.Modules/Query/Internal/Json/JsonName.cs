using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lakehouse.Query.Internal.Json;

/// <summary>Encodes a member's name with quotes and colon.</summary>
internal static class JsonName
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Encode(string name) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(name, Options) + ":");
}
