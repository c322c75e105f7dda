using System.Text;
using System.Text.Json;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A member's name with its quotes and colon.</summary>
internal static class JsonName
{
    public static byte[] Encode(string name) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(name) + ":");
}
