using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Iceberg.Internal.Http;

/// <summary><c>/v1/catalog/publish</c>.</summary>
internal static class PublishingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/catalog/publish").WithTags("iceberg").Needs(AccessAction.Admin);
        group.MapGet(string.Empty, List).WithSummary("The datasets that are Iceberg tables, and how far behind they are");
        group.MapGet("{name}", ShowAsync).TakesQuery("wait").WithSummary("A dataset as an Iceberg table");
        group.MapPut("{name}", PublishAsync).WithSummary("Makes a dataset an Iceberg table, too");
        group.MapDelete("{name}", UnpublishAsync).WithSummary("Ends that, and removes the table's metadata");
    }

    private static IResult List(IPublishing publishing) => TypedResults.Ok(new TableList([.. publishing.List().Select(TableAnswer.Of)]));

    private static async Task<IResult> ShowAsync(IPublishing publishing, string name, string? wait, CancellationToken cancellationToken)
    {
        var dataset = DatasetName.Parse(name);
        var table = await publishing.SeekAsync(dataset, cancellationToken) ?? throw NotPublished(dataset);
        return TypedResults.Ok(TableAnswer.Of(wait switch
        {
            null or "false" => table,
            "true" => await publishing.CatchUpAsync(dataset, cancellationToken),
            _ => throw JsonMembers.Invalid("wait is true or false"),
        }));
    }

    private static async Task<IResult> PublishAsync(IPublishing publishing, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(TableAnswer.Of(await publishing.PublishAsync(DatasetName.Parse(name), cancellationToken)));

    private static async Task<IResult> UnpublishAsync(IPublishing publishing, string name, CancellationToken cancellationToken)
    {
        var dataset = DatasetName.Parse(name);
        return await publishing.UnpublishAsync(dataset, cancellationToken) ? TypedResults.NoContent() : throw NotPublished(dataset);
    }

    private static LakehouseException NotPublished(DatasetName name) => new(
        ErrorKind.NotFound, "not_published", $"The dataset '{name}' is no Iceberg table. PUT /v1/catalog/publish/{name} makes it one.");

    private sealed record TableList(IReadOnlyList<TableAnswer> Tables);

    private sealed record TableAnswer(string Name, long Version, long PublishedVersion, long? SnapshotId, string? MetadataLocation, string? Fault)
    {
        public static TableAnswer Of(PublishedTable table) =>
            new(table.Name.Value, table.Version, table.PublishedVersion, table.SnapshotId, table.MetadataLocation, table.Fault);
    }
}
