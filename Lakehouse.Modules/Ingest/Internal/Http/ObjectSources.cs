using System.Runtime.CompilerServices;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>The files of a request that names objects of a bucket, by their keys or by a prefix.</summary>
/// <param name="store">The bucket.</param>
/// <param name="objects">The objects, in order.</param>
internal sealed class ObjectSources(IObjectStore store, IReadOnlyList<ObjectInfo> objects)
{
    /// <summary>The form of a body, for errors.</summary>
    public const string Form = "{\"name\":\"orders\",\"prefix\":\"landing/\"}";

    // A text of this form holds nothing that is not a parameter of an ingest.
    private static readonly string[] Own = ["bucket", "keys", "prefix"];

    /// <summary>Their bytes.</summary>
    public long SizeBytes => objects.Sum(o => o.SizeBytes);

    /// <summary>The parameters of an ingest in a body: texts, numbers and truth values as they are written, and lists and objects as JSON.</summary>
    /// <exception cref="LakehouseException"><c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static Dictionary<string, string> ReadParameters(JsonElement body)
    {
        var members = new JsonMembers(body);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in IngestEndpoints.Parameters)
        {
            if (members.Member(name) is { } value)
            {
                parameters.Add(name, value.ValueKind is JsonValueKind.String ? JsonMembers.TextOf(value, $"\"{name}\"") : value.GetRawText());
            }
        }

        foreach (var name in Own)
        {
            members.Member(name);
        }

        members.Complete();
        return parameters;
    }

    /// <summary>Finds the objects that a body names.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_request</c>, <c>object_not_found</c>, <c>too_many_objects</c> (<see cref="ErrorKind.InvalidInput"/>), <c>bucket_not_found</c>.
    /// </exception>
    public static async Task<ObjectSources> FindAsync(JsonElement body, IBuckets buckets, IngestOptions options, CancellationToken cancellationToken)
    {
        var members = new JsonMembers(body);
        var (keys, prefix) = (members.Texts("keys"), members.Text("prefix"));
        if ((keys is null) == (prefix is null) || keys is [] || prefix is "")
        {
            throw JsonMembers.Invalid("the body names the objects by \"keys\", a list of one or more, or by \"prefix\", the beginning of their keys");
        }

        var bucket = members.Text("bucket");
        var store = buckets.Find(bucket);
        var found = new List<ObjectInfo>();
        if (keys?.Count > options.MaxObjects)
        {
            throw TooMany(options.MaxObjects);
        }

        foreach (var key in keys ?? [])
        {
            if (!Caller.Current.Sees(buckets, bucket, ObjectKey.Parse(key)))
            {
                // Before it is known whether it exists.
                throw Caller.Current.NotSeen(ResourceKind.Key, SeenObjects.PathOf(bucket, ObjectKey.Parse(key)));
            }

            found.Add(await store.FindAsync(ObjectKey.Parse(key), cancellationToken) ?? throw new LakehouseException(
                ErrorKind.InvalidInput, "object_not_found", $"There is no object '{key}'. GET /v1/storage/list?prefix= lists those there are."));
        }

        await foreach (var page in prefix is null ? Empty() : store.ListPagesAsync(prefix, cancellationToken: cancellationToken))
        {
            // One without bytes is a folder, as some stores show it.
            found.AddRange(page.Where(o => o.SizeBytes > 0 && Caller.Current.Sees(buckets, bucket, o.Key)));
            if (found.Count > options.MaxObjects)
            {
                throw TooMany(options.MaxObjects);
            }
        }

        return found.Count > 0 ? new ObjectSources(store, found) : throw new LakehouseException(
            ErrorKind.InvalidInput, "object_not_found", $"No object's key begins with '{prefix}'. GET /v1/storage/list?prefix= lists those there are.");
    }

    /// <summary>The files, in order: by keys as they were named, by a prefix in the order of the keys.</summary>
    public async IAsyncEnumerable<IngestSource> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var known in objects)
        {
            var content = await store.OpenAsync(known.Key, cancellationToken);
            if (content is null || content.Info.ETag != known.ETag)
            {
                content?.Stream.Dispose();
                throw Changed(known.Key);
            }

            await using (content.Stream)
            {
                yield return new IngestSource(content.Stream, known.Key.Value);
            }

            // Another program may write into a file of a folder while it is read.
            if (store.IsInPlace && await store.FindAsync(known.Key, cancellationToken) is var after && after?.ETag != known.ETag)
            {
                throw Changed(known.Key);
            }
        }
    }

    private static LakehouseException Changed(ObjectKey key) => new(
        ErrorKind.Conflict, "object_changed", $"The object '{key}' was changed, replaced or deleted meanwhile. Nothing was registered; try again.");

    private static LakehouseException TooMany(int countMax) => new(
        ErrorKind.InvalidInput, "too_many_objects", $"The request names more than {countMax} objects (ingest.max_objects). Name fewer, or raise it.");

    private static async IAsyncEnumerable<IReadOnlyList<ObjectInfo>> Empty()
    {
        await Task.CompletedTask;
        yield break;
    }
}
