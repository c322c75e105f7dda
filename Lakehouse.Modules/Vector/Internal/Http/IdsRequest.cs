using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>The body of a deletion, and of reading items by their ids.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="Include">The parts of items to return; null where the body has no <c>include</c>.</param>
internal sealed record IdsRequest(IReadOnlyList<string> Ids, ItemParts? Include)
{
    /// <summary>Reads the body.</summary>
    /// <param name="json">The body.</param>
    /// <param name="takesInclude">Whether <c>include</c> is allowed.</param>
    public static IdsRequest Read(JsonElement json, bool takesInclude)
    {
        var body = new JsonMembers(json);
        var ids = body.Texts("ids") ?? throw body.Missing("ids");
        var include = takesInclude && body.Texts("include") is { } parts ? ItemJson.ParseParts(parts) : (ItemParts?)null;
        body.Complete();
        return new IdsRequest(ids, include);
    }
}
