using Lakehouse.Catalog;
using Lakehouse.Core.Configuration;
using Lakehouse.Ingest.Internal;
using Lakehouse.Ingest.Internal.Http;
using Lakehouse.Ingest.Internal.Jobs;
using Lakehouse.Ingest.Internal.Manifests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Ingest;

/// <summary>Ingests files: converts them to Parquet and commits a manifest. Also implements <see cref="IManifestCodec"/> for the catalog.</summary>
public static class IngestModule
{
    /// <summary>Adds <see cref="IIngestor"/> and <see cref="IManifestCodec"/>.</summary>
    public static IServiceCollection AddIngest(this IServiceCollection services, IngestOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IManifestCodec, ManifestCodec>()
        .AddSingleton<IIngestor, FileIngestor>()
        .AddSingleton<JobFiles>()
        .AddSingleton<IngestJobs>()
        .AddSingleton<IIngestJobs>(services => services.GetRequiredService<IngestJobs>())
        .AddWritingService<IngestJobs>();

    /// <summary>Maps <c>/v1/ingest</c>.</summary>
    public static IEndpointRouteBuilder MapIngest(this IEndpointRouteBuilder routes) => IngestEndpoints.Map(routes);
}
