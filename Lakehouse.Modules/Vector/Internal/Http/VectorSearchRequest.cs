using System.Text.Json;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Reads the body of a search, or of many: <c>{"vector":[1,2],"k":10}</c>, <c>{"queries":[...]}</c>.</summary>
/// <param name="Queries">The searches.</param>
/// <param name="IsList">True when they came as <c>queries</c>; then the answer is a list as well.</param>
internal sealed record VectorSearchRequest(IReadOnlyList<VectorQuery> Queries, bool IsList)
{
    private const string Form = "{\"vector\":[0.1,0.2],\"k\":10}";
    private static readonly string[] Known = ["vector", "id", "k", "ef", "filter", "max_distance", "include", "exact", "at", "queries"];
    private const int KDefault = 10;
    private const int BytesPerNumber = 10; // an estimate, to allocate memory for the floats by the length of the body

    public static VectorSearchRequest Read(ReadOnlyMemory<byte> body) => VectorJson.Read(body, Form, ReadBody);

    private static VectorSearchRequest ReadBody(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        VectorJson.Expect(ref reader, JsonTokenType.StartObject, "the body");
        List<VectorQuery>? queries = null;
        var offset = 0;
        var query = ReadQuery(ref reader, body.Span, ref offset, "the body", ref queries);
        reader.Read(); // the end; throws when more follows
        return queries is null ? new VectorSearchRequest([query], IsList: false) : new VectorSearchRequest(queries, IsList: true);
    }

    private static List<VectorQuery> ReadQueries(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref int offset)
    {
        VectorJson.Expect(ref reader, JsonTokenType.StartArray, "queries");
        var queries = new List<VectorQuery>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var path = $"queries[{queries.Count}]";
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw VectorJson.Wrong(path, "an object");
            }

            List<VectorQuery>? nested = null;
            var query = ReadQuery(ref reader, json, ref offset, path, ref nested);
            queries.Add(nested is null ? query : throw VectorErrors.Query($"{path} has queries of its own"));
        }

        return queries;
    }

    private static VectorQuery ReadQuery(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref int offset, string path, ref List<VectorQuery>? queries)
    {
        var query = new VectorQuery();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name))
            {
                throw VectorErrors.Query($"{path} has \"{name}\" twice");
            }

            if (reader.ValueTextEquals("vector"u8))
            {
                var floats = new FloatList(json.Length / BytesPerNumber);
                VectorJson.ReadVector(ref reader, json, ref offset, floats, "vector");
                query = query with { Vector = floats.Slice(0, floats.Count) };
            }
            else if (reader.ValueTextEquals("queries"u8))
            {
                queries = ReadQueries(ref reader, json, ref offset);
            }
            else
            {
                query = ReadOption(ref reader, query, path);
            }
        }

        if (queries is not null && seen.Count > 1)
        {
            throw VectorErrors.Query("a body with queries can have no other members; put them into each query");
        }

        return query.K is null && query.DistanceMax is null ? query with { K = KDefault } : query;
    }

    private static VectorQuery ReadOption(ref Utf8JsonReader reader, VectorQuery query, string path)
    {
        switch (reader.GetString())
        {
            case "id":
                return query with { Id = VectorJson.ReadText(ref reader, "id") };
            case "k":
                return query with { K = VectorJson.ReadCount(ref reader, "k") };
            case "ef":
                return query with { Ef = VectorJson.ReadCount(ref reader, "ef") };
            case "max_distance":
                return query with { DistanceMax = VectorJson.ReadNumber(ref reader, "max_distance") };
            case "at":
                return query with { At = VectorJson.ReadLongCount(ref reader, "at") };
            case "exact":
                return query with { IsExact = VectorJson.ReadFlag(ref reader, "exact") };
            case "filter":
                reader.Read();
                var filter = JsonElement.ParseValue(ref reader);
                return filter.ValueKind == JsonValueKind.Null ? query : query with { Filter = filter };
            case "include":
                return query with { Include = ItemJson.ParseParts(VectorJson.ReadTexts(ref reader, "include")) };
            case var unknown:
                throw VectorJson.Unknown(path, unknown, Known);
        }
    }
}
