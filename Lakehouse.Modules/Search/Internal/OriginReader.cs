using System.Text.Json;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>Reads a <see cref="VectorOrigin"/> that the vector module has stored with an index.</summary>
internal sealed class OriginReader : IOwnerRecordReader
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public IOwnerRecord? Read(JsonElement json) => json.Deserialize<VectorOrigin>(Json);
}
