using System.Text.Json;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>Where the items of an index come from, as the vector module keeps it.</summary>
internal sealed class OriginReader : IOwnerRecordReader
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public IOwnerRecord? Read(JsonElement json) => json.Deserialize<VectorOrigin>(Json);
}
