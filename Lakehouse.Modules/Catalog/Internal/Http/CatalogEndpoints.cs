using System.Globalization;
using System.Security.Cryptography;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Catalog.Internal.Http;

/// <summary><c>/v1/catalog/*</c>.</summary>
internal static class CatalogEndpoints
{
    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/catalog").WithTags("catalog");
        group.MapPost("register", RegisterAsync)
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.Admin) // it can name any object as a data file
            .WithSummary("Registers data files that are in the bucket as a dataset");
        group.MapGet("manifest/{name}", ShowAsync).Needs(AccessAction.Read, ResourceKind.Dataset).WithSummary("The newest version of a dataset");
        group.MapGet("list", List).Needs(AccessAction.Read).WithSummary("The newest version of every dataset");
        group.MapPost("refresh", RefreshAsync).Needs(AccessAction.Read).WithSummary("Looks for what other processes have committed");
        group.MapDelete("dataset/{name}", DropAsync)
            .Needs(AccessAction.Write, ResourceKind.Dataset)
            .WithSummary("Drops a dataset; a later collection removes its objects");
        group.MapGet("history/{name}", HistoryAsync)
            .TakesQuery("limit", "before_version")
            .Needs(AccessAction.Read)
            .WithSummary("The versions of a dataset, the newest first");
        group.MapPost("restore/{name}", RestoreAsync)
            .TakesQuery("version")
            .Needs(AccessAction.Write)
            .WithSummary("Commits an older version again, as the newest one");
        group.MapPost("gc", CollectAsync)
            .TakesQuery("dry_run", "limit")
            .Needs(AccessAction.Admin)
            .WithSummary("Removes what no kept version names; dry_run=true only lists it");
        return routes;
    }

    private static async Task<Ok<HistoryResponse>> HistoryAsync(
        HttpContext context, string name, IDatasetHistory history, CatalogOptions options, string? limit = null, string? before_version = null)
    {
        var caller = Caller.Current;
        if (!caller.Sees(ResourceKind.View, name))
        {
            caller.RequireWhole(name);
        }

        var before = before_version is null ? (long?)null : ParseVersion("before_version", before_version);
        var page = await history.ListAsync(DatasetName.Parse(name), before, PageLimit.Parse(limit, options.MaxListResults), context.RequestAborted);
        return TypedResults.Ok(new HistoryResponse(name, [.. page.Versions.Where(caller.SeesAll).Select(VersionResponse.From)], page.IsTruncated));
    }

    private static async Task<Ok<ManifestResponse>> RestoreAsync(
        HttpContext context, string name, ICatalog catalog, IDatasetHistory history, string? version = null)
    {
        Caller.Current.RequireWhole(name);
        var number = ParseVersion("version", version ?? throw JsonMembers.Invalid("the address has no version, e.g. ?version=3"));
        var dataset = DatasetName.Parse(name);
        if (!Caller.Current.IsAdministrator && (catalog.Find(dataset) is { IsDerived: true } || catalog.FindView(name) is not null
            || (await history.FindAsync(dataset, number, context.RequestAborted)).Definition is not null))
        {
            // Its query would be one that the caller has not been allowed to store.
            Caller.Current.Require(AccessAction.Admin);
        }

        return TypedResults.Ok(ManifestResponse.From(await history.RestoreAsync(dataset, number, context.RequestAborted)));
    }

    private static long ParseVersion(string parameter, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw JsonMembers.Invalid($"{parameter} is '{text}'; it is a whole number from 1");

    private static async Task<Ok<DropResponse>> DropAsync(string name, ICatalog catalog, CancellationToken cancellationToken)
    {
        Caller.Current.RequireWhole(name);
        if (catalog.Find(DatasetName.Parse(name)) is { IsDerived: true })
        {
            throw CatalogErrors.Derived(name);
        }

        var dropped = await catalog.DropAsync(DatasetName.Parse(name), cancellationToken);
        return TypedResults.Ok(new DropResponse(dropped.Name.Value, dropped.Version, dropped.UpdatedAt.UtcDateTime));
    }

    private static async Task<Ok<CollectionResponse>> CollectAsync(
        HttpContext context, IGarbageCollector collector, CatalogOptions options, string dry_run = "false", string? limit = null)
    {
        if (!bool.TryParse(dry_run, out var isDryRun))
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_dry_run", $"dry_run is '{dry_run}'; it is true or false.");
        }

        var collection = await collector.CollectAsync(isDryRun, PageLimit.Parse(limit, options.MaxListResults), context.RequestAborted);
        return TypedResults.Ok(CollectionResponse.From(collection));
    }

    private static async Task<Ok<RefreshResponse>> RefreshAsync(ICatalog catalog, CancellationToken cancellationToken)
    {
        await catalog.RefreshAsync(cancellationToken);
        return TypedResults.Ok(new RefreshResponse(Caller.Current.See(catalog.List()).Count));
    }

    private static async Task<Ok<ManifestResponse>> RegisterAsync(HttpContext context, ICatalog catalog)
    {
        using var body = await RequestBody.ReadObjectAsync(context, RegisterRequest.Form);
        var result = await catalog.CommitAsync(Validate(RegisterRequest.Read(body.RootElement)), context.RequestAborted);
        return TypedResults.Ok(ManifestResponse.From(result.Manifest));
    }

    private static async Task<Ok<ManifestResponse>> ShowAsync(string name, ICatalog catalog, CancellationToken cancellationToken)
    {
        await catalog.SeekAsync(name, cancellationToken);
        return TypedResults.Ok(ManifestResponse.See(catalog.Require(DatasetName.Parse(name))));
    }

    private static Ok<ManifestListResponse> List(ICatalog catalog)
    {
        var manifests = catalog.List().Where(m => Caller.Current.Sees(ResourceKind.Dataset, m.Name.Value)).Select(ManifestResponse.See).ToList();
        return TypedResults.Ok(new ManifestListResponse(manifests, manifests.Count));
    }

    private static DatasetCommit Validate(RegisterRequest request)
    {
        var name = DatasetName.Parse(request.Name);
        RequireRowCount("row_count", request.RowCount);
        var objects = request.Objects.Select(Validate).ToList();
        var columns = request.Columns;
        var isUnique = columns.DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Count() == columns.Count;
        if (!isUnique || columns.Any(c => c.Name.Length == 0 || c.Type.Length == 0))
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_columns", "Every entry of columns needs a name of its own and a type.");
        }

        return new DatasetCommit(name, SchemaFingerprint.Parse(request.SchemaFingerprint), columns, objects, request.RowCount ?? 0, "register");
    }

    private static OfferedFile Validate(RegisterRequest.RegisteredObject file, int index)
    {
        RequireRowCount($"objects[{index}].row_count", file.RowCount);
        return file.Sha256 is null || (file.Sha256.Length == SHA256.HashSizeInBytes * 2 && file.Sha256.All(char.IsAsciiHexDigit))
            ? new OfferedFile(ObjectKey.Parse(file.Key), file.RowCount, file.Sha256?.ToLowerInvariant())
            : throw new LakehouseException(
                ErrorKind.InvalidInput,
                "invalid_sha256",
                $"objects[{index}].sha256 is not a SHA-256 in hex: {SHA256.HashSizeInBytes * 2} digits, as sha256sum prints it. It can be left out.");
    }

    private static void RequireRowCount(string member, long? count)
    {
        if (count < 0)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_row_count", $"{member} is {count}; it cannot be negative.");
        }
    }

    private sealed record RefreshResponse(int Count);

    private sealed record HistoryResponse(string Name, IReadOnlyList<VersionResponse> Versions, bool Truncated);

    private sealed record VersionResponse(
        long Version, DateTime CommittedAt, string? MadeBy, bool Dropped, long RowCount, long Bytes, int ObjectCount, string SchemaFingerprint)
    {
        public static VersionResponse From(Manifest manifest) => new(
            manifest.Version,
            manifest.UpdatedAt.UtcDateTime,
            manifest.MadeBy,
            manifest.IsDropped,
            manifest.RowCount,
            manifest.Objects.Sum(o => o.SizeBytes),
            manifest.Objects.Count,
            manifest.Fingerprint == default ? string.Empty : manifest.Fingerprint.Value);
    }

    private sealed record DropResponse(string Name, long Version, DateTime DroppedAt);

    private sealed record CollectedObjectResponse(string Key, long Size, DateTime LastModified, string Reason);

    private sealed record CollectionResponse(
        bool DryRun, int Count, long Bytes, IReadOnlyList<CollectedObjectResponse> Objects, bool Truncated, int Unfinished, IReadOnlyList<string> Unreadable)
    {
        public static CollectionResponse From(Collection collection) => new(
            collection.IsDryRun,
            collection.Count,
            collection.SizeBytes,
            [.. collection.Objects.Select(o => new CollectedObjectResponse(o.Key.Value, o.SizeBytes, o.LastModified.UtcDateTime, o.Reason))],
            collection.Objects.Count < collection.Count,
            collection.UnfinishedCount,
            [.. collection.Unreadable.Select(key => key.Value)]);
    }

    private sealed record ManifestListResponse(IReadOnlyList<ManifestResponse> Manifests, int Count);
}
