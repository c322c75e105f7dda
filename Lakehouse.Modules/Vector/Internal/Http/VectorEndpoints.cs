using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Vector.Internal.Http;

/// <summary><c>/v1/vectors/*</c>.</summary>
internal static class VectorEndpoints
{
    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/vectors").WithTags("vectors");
        group.MapPost("index", CreateAsync).WithMetadata(ReadsBody.Instance).Needs(AccessAction.Write).WithSummary("Creates an empty index");
        group.MapGet("index", List).Needs(AccessAction.Search).WithSummary("Every index");
        group.MapGet("index/{name}", ShowAsync).Needs(AccessAction.Search, ResourceKind.Index).WithSummary("One index");
        group.MapDelete("index/{name}", DeleteAsync).Needs(AccessAction.Write, ResourceKind.Index).WithSummary("Deletes an index");
        group.MapPost("index/{name}/add", AddAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Write, ResourceKind.Index)
            .WithSummary("Adds or replaces items, all or none");
        group.MapPost("index/{name}/search", SearchAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Search, ResourceKind.Index)
            .WithSummary("Finds the nearest items");
        group.MapPost("index/{name}/delete", RemoveAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Write, ResourceKind.Index)
            .WithSummary("Deletes items by their ids");
        group.MapPost("index/{name}/get", GetAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Search, ResourceKind.Index)
            .WithSummary("Reads items by their ids");
        group.MapGet("index/{name}/items", ListItemsAsync)
            .TakesQuery("start_after", "limit", "include")
            .Needs(AccessAction.Search, ResourceKind.Index)
            .WithSummary("Lists items in the order of their ids");
        group.MapGet("alias", ListAliases).Needs(AccessAction.Search).WithSummary("Every alias");
        group.MapPut("alias/{alias}", SetAliasAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Write, ResourceKind.Index, "alias")
            .WithSummary("Points an alias at an index");
        group.MapDelete("alias/{alias}", DeleteAliasAsync).Needs(AccessAction.Write, ResourceKind.Index, "alias").WithSummary("Deletes an alias");
        return routes;
    }

    private static async Task<Created<IndexResponse>> CreateAsync(HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        using var body = await ReadObjectAsync(context, options, CreateRequest.Form);
        var spec = CreateRequest.Read(body.RootElement);
        Caller.Current.RequireSeen(ResourceKind.Index, spec.Name.Value);
        var info = await indexes.CreateAsync(spec, context.RequestAborted);
        return TypedResults.Created($"/v1/vectors/index/{info.Spec.Name}", IndexResponse.From(info));
    }

    private static Ok<IndexListResponse> List(IVectorIndexes indexes)
    {
        var all = indexes.ListSeen().ToList();
        return TypedResults.Ok(new IndexListResponse([.. all.Select(IndexResponse.From)], all.Count));
    }

    private static async Task<Ok<IndexResponse>> ShowAsync(string name, IVectorIndexes indexes, CancellationToken cancellationToken) =>
        TypedResults.Ok(IndexResponse.From((await indexes.ShowAsync(IndexName.Parse(name), cancellationToken)).AsSeen()));

    private static async Task<NoContent> DeleteAsync(string name, IVectorIndexes indexes, CancellationToken cancellationToken)
    {
        await indexes.DeleteAsync(IndexName.Parse(name), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<AddResponse>> AddAsync(string name, HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        var index = IndexName.Parse(name);
        var items = AddRequest.Read(await ReadBodyAsync(context, options), options.MaxBatchItems);
        var result = await indexes.AddAsync(index, items, null, context.RequestAborted);
        return TypedResults.Ok(new AddResponse(result.AddedCount, result.UpdatedCount, result.ItemCount, result.Sequence));
    }

    private static async Task SearchAsync(string name, HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        var index = IndexName.Parse(name);
        await RequireReadableAsync(indexes, index, context.RequestAborted);
        var request = VectorSearchRequest.Read(await ReadBodyAsync(context, options));
        var answers = await indexes.SearchAsync(index, request.Queries, context.RequestAborted);
        context.Response.SetIndex(answers.MinBy(a => a.Version.Sequence)!.Version);
        await JsonAnswer.SendAsync(context, json =>
        {
            if (!request.IsList)
            {
                VectorWriter.WriteAnswer(json, answers[0]);
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("answers"u8);
            foreach (var answer in answers)
            {
                VectorWriter.WriteAnswer(json, answer);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<Ok<RemoveResponse>> RemoveAsync(string name, HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        using var body = await ReadObjectAsync(context, options, "{\"ids\":[\"a\",\"b\"]}");
        var request = IdsRequest.Read(body.RootElement, takesInclude: false);
        var result = await indexes.RemoveAsync(IndexName.Parse(name), request.Ids, null, context.RequestAborted);
        return TypedResults.Ok(new RemoveResponse(result.DeletedCount, result.MissingIds, result.ItemCount, result.Sequence));
    }

    private static async Task GetAsync(string name, HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        using var body = await ReadObjectAsync(context, options, "{\"ids\":[\"a\",\"b\"],\"include\":[\"vector\"]}");
        var request = IdsRequest.Read(body.RootElement, takesInclude: true);
        var ids = request.Ids;
        await NameVersionAsync(context, indexes, IndexName.Parse(name));
        var items = await indexes.GetAsync(IndexName.Parse(name), ids, request.Include ?? ItemParts.Metadata, context.RequestAborted);
        await JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (var item in items.OfType<StoredItem>())
            {
                VectorWriter.WriteItem(json, item);
            }

            json.WriteEndArray();
            json.WriteStartArray("missing"u8);
            foreach (var id in ids.Where((_, i) => items[i] is null))
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task ListItemsAsync(
        string name, HttpContext context, IVectorIndexes indexes, VectorOptions options, string start_after = "", string? limit = null, string? include = null)
    {
        var (countMax, parts) = (PageLimit.Parse(limit, options.MaxListResults), PartsOf(include));
        await NameVersionAsync(context, indexes, IndexName.Parse(name));
        var page = await indexes.ListItemsAsync(IndexName.Parse(name), start_after, countMax, parts, context.RequestAborted);
        await JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (var item in page.Items)
            {
                VectorWriter.WriteItem(json, item);
            }

            json.WriteEndArray();
            json.WriteBoolean("truncated"u8, page.IsTruncated);
            json.WriteEndObject();
        });
    }

    /// <summary>Names the change that the items are read at, or one before it, after <see cref="RequireReadableAsync"/>.</summary>
    private static async ValueTask NameVersionAsync(HttpContext context, IVectorIndexes indexes, IndexName name)
    {
        await RequireReadableAsync(indexes, name, context.RequestAborted);
        var info = await indexes.ShowAsync(name, context.RequestAborted);
        context.Response.SetIndex(new IndexVersion(info.Spec.Name, info.Sequence));
    }

    /// <summary>Refuses to show items that were made of what the caller may not see.</summary>
    private static async ValueTask RequireReadableAsync(IVectorIndexes indexes, IndexName name, CancellationToken cancellationToken)
    {
        if (!Caller.Current.IsAdministrator && (await indexes.ShowAsync(name, cancellationToken)).Owner?.FindReadRefusal(name) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Parses names separated by commas; null means metadata only.</summary>
    private static ItemParts PartsOf(string? include) =>
        include is null ? ItemParts.Metadata : ItemJson.ParseParts(include.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static Ok<AliasListResponse> ListAliases(IVectorIndexes indexes)
    {
        var aliases = indexes.ListAliases().Where(a => Caller.Current.Sees(ResourceKind.Index, a.Key.Value))
            .Select(a => new AliasResponse(a.Key.Value, a.Value.Value)).ToList();
        return TypedResults.Ok(new AliasListResponse(aliases, aliases.Count));
    }

    private static async Task<Ok<AliasResponse>> SetAliasAsync(string alias, HttpContext context, IVectorIndexes indexes, VectorOptions options)
    {
        var name = IndexName.Parse(alias);
        using var body = await ReadObjectAsync(context, options, "{\"index\":\"docs_2\"}");
        var members = new JsonMembers(body.RootElement);
        var target = IndexName.Parse(members.RequiredText("index"));
        members.Complete();
        Caller.Current.RequireSeen(ResourceKind.Index, target.Value);
        await indexes.SetAliasAsync(name, target, context.RequestAborted);
        return TypedResults.Ok(new AliasResponse(name.Value, target.Value));
    }

    private static async Task<NoContent> DeleteAliasAsync(string alias, IVectorIndexes indexes, CancellationToken cancellationToken)
    {
        await indexes.DeleteAliasAsync(IndexName.Parse(alias), cancellationToken);
        return TypedResults.NoContent();
    }

    private static ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, VectorOptions options, string form) =>
        RequestBody.ReadObjectAsync(context, options.MaxBodyBytes, "vector.max_body_bytes", form);

    private static ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context, VectorOptions options) =>
        RequestBody.ReadAsync(context, options.MaxBodyBytes, "vector.max_body_bytes");

    private sealed record AddResponse(int Added, int Updated, long Count, long Sequence);

    private sealed record RemoveResponse(int Deleted, IReadOnlyList<string> Missing, long Count, long Sequence);

    private sealed record IndexListResponse(IReadOnlyList<IndexResponse> Indexes, int Count);

    private sealed record AliasResponse(string Alias, string Index);

    private sealed record AliasListResponse(IReadOnlyList<AliasResponse> Aliases, int Count);
}
