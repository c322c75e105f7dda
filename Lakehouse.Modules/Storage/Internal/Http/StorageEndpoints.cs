using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Storage.Internal.Http;

/// <summary><c>/v1/storage/*</c>.</summary>
internal static class StorageEndpoints
{
    private const string Root = "/v1/storage/";

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("storage");
        group.MapPut("put/{**key}", PutAsync)
            .WithMetadata(ReadsBody.Instance, AnyContentType.Instance)
            .TakesQuery("bucket")
            .Needs(AccessAction.Write)
            .WithSummary("Stores the body as an object");
        group.MapMethods("get/{**key}", [HttpMethods.Get, HttpMethods.Head], GetAsync)
            .TakesQuery("bucket")
            .Needs(AccessAction.Read)
            .WithSummary("Reads an object or a range of it");
        group.MapGet("list", ListAsync)
            .TakesQuery("prefix", "start_after", "limit", "bucket")
            .Needs(AccessAction.Read)
            .WithSummary("Lists objects in the order of their keys");
        group.MapDelete("delete/{**key}", DeleteAsync).TakesQuery("bucket").Needs(AccessAction.Write).WithSummary("Deletes an object");
        return routes;
    }

    private static async Task<Ok<PutResponse>> PutAsync(HttpContext context, IBuckets buckets, PutLimiter puts, StorageOptions options, string? bucket = null)
    {
        var store = buckets.Find(bucket);
        var key = WritableKey(context, "put/", bucket, store == buckets.Find(null));
        RequestHeaders.RequirePlainBody(context.Request);
        RequestBody.LiftServerLimit(context);
        if (context.Request.ContentLength > options.MaxPutBytes)
        {
            throw StorageErrors.TooLarge(options.MaxPutBytes);
        }

        using var lease = await puts.AcquireAsync(context.RequestAborted);
        var stored = await store.PutAsync(key, context.Request.Body, options.MaxPutBytes, context.RequestAborted);
        context.Response.Headers.ETag = Quote(stored.ETag);
        return TypedResults.Ok(new PutResponse(stored.Key.Value, stored.SizeBytes, stored.ETag));
    }

    private static async Task<FileStreamHttpResult> GetAsync(HttpContext context, IBuckets buckets, string? bucket = null)
    {
        var store = buckets.Find(bucket);
        var key = RawKey.Read(context, Root + "get/");
        if (!Caller.Current.Sees(buckets, bucket, key))
        {
            throw Caller.Current.NotSeen(ResourceKind.Key, SeenObjects.PathOf(bucket, key));
        }

        var content = await store.OpenAsync(key, context.RequestAborted)
            ?? throw new LakehouseException(ErrorKind.NotFound, "object_not_found", $"There is no object '{key}'.");
        var info = content.Info;
        IgnoreUnknownRange(context.Request.Headers);
        return TypedResults.Stream(
            content.Stream, "application/octet-stream", fileDownloadName: null, info.LastModified, new EntityTagHeaderValue(Quote(info.ETag)),
            enableRangeProcessing: true);
    }

    private static async Task<Ok<ObjectListResponse>> ListAsync(
        IBuckets buckets, StorageOptions options, HttpContext context, string prefix = "", string start_after = "", string? limit = null, string? bucket = null)
    {
        RequireNoControl("prefix", prefix);
        RequireNoControl("start_after", start_after);
        var store = buckets.Find(bucket);
        var countMax = PageLimit.Parse(limit, options.MaxListResults);
        var page = await store.ListAsync(prefix, start_after, countMax, context.RequestAborted);
        var seen = page.Objects.Where(o => Caller.Current.Sees(buckets, bucket, o.Key)).ToList();

        // What a caller does not see must not show in whether there is more, either: it reads on to the next that it sees.
        while (page.IsTruncated && seen.Count <= countMax && !Caller.Current.IsAdministrator)
        {
            page = await store.ListAsync(prefix, page.Objects[^1].Key.Value, countMax, context.RequestAborted);
            seen.AddRange(page.Objects.Where(o => Caller.Current.Sees(buckets, bucket, o.Key)));
        }

        var isTruncated = Caller.Current.IsAdministrator ? page.IsTruncated : seen.Count > countMax;
        var objects = seen.Take(countMax).Select(o => new ListedObject(o.Key.Value, o.SizeBytes, o.LastModified.UtcDateTime, o.ETag));
        return TypedResults.Ok(new ObjectListResponse(prefix, [.. objects], isTruncated));
    }

    private static async Task<NoContent> DeleteAsync(HttpContext context, IBuckets buckets, string? bucket = null)
    {
        var store = buckets.Find(bucket);
        RequestHeaders.RefuseConditions(context.Request);
        await store.DeleteAsync(WritableKey(context, "delete/", bucket, store == buckets.Find(null)), context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static ObjectKey WritableKey(HttpContext context, string verb, string? bucket, bool holdsLake)
    {
        var key = RawKey.Read(context, Root + verb);
        Caller.Current.RequireSeen(ResourceKind.Key, SeenObjects.PathOf(bucket, key));
        return holdsLake && ReservedPrefixes.Find(key) is { } prefix
            ? throw new LakehouseException(
                ErrorKind.Forbidden, "reserved_prefix", $"Keys below '{prefix}' are written by the lakehouse itself. Choose another prefix.")
            : key;
    }

    /// <summary>A range of a unit other than bytes is ignored (RFC 9110, section 14.2); the framework would take its numbers for bytes.</summary>
    private static void IgnoreUnknownRange(IHeaderDictionary headers)
    {
        if (RangeHeaderValue.TryParse(headers.Range.ToString(), out var range) && !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
        {
            headers.Remove(HeaderNames.Range);
        }
    }

    /// <summary>No key has a control character, and not every S3 server can read one in a request.</summary>
    private static void RequireNoControl(string parameter, string text)
    {
        if (text.Where(char.IsControl).Select(c => (char?)c).FirstOrDefault() is { } found)
        {
            throw JsonMembers.Invalid($"{parameter} holds the control character U+{(int)found:X4}, which no key has");
        }
    }

    private static string Quote(string etag) => $"\"{etag}\"";

    private sealed record PutResponse(string Key, long Size, string Etag);

    private sealed record ListedObject(string Key, long Size, DateTime LastModified, string Etag);

    private sealed record ObjectListResponse(string Prefix, IReadOnlyList<ListedObject> Objects, bool Truncated);
}
