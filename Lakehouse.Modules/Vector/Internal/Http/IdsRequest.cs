using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>The body of a deletion, and of reading items by their ids.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="Include">What the items shall carry; null where the body does not say.</param>
internal sealed record IdsRequest(IReadOnlyList<string> Ids, ItemParts? Include)
{
    /// <summary>Reads it.</summary>
    /// <param name="json">The body.</param>
    /// <param name="takesInclude">Whether <c>include</c> has a meaning here.</param>
    public static IdsRequest Read(JsonElement json, bool takesInclude)
    {
        var body = new JsonMembers(json);
        var ids = body.Texts("ids") ?? throw VectorErrors.Request("the body has no \"ids\"");
        var include = takesInclude && body.Texts("include") is { } parts ? ItemJson.ParseParts(parts) : (ItemParts?)null;
        body.Complete();
        return new IdsRequest(ids, include);
    }
}
