using Lakehouse.Core.Configuration;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Http;
using Lakehouse.Query.Internal.InProcess;
using Lakehouse.Query.Internal.Rows;
using Lakehouse.Query.Internal.Stored;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Query.Internal.Worker;
using Lakehouse.Query.Internal.Workers;
using Lakehouse.Query.Rows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Query;

/// <summary>SQL over the datasets.</summary>
public static class QueryModule
{
    /// <summary>Whether this system can run SQL in a process of its own.</summary>
    public static bool CanIsolate => WorkerProcess.IsSupported;

    /// <summary>Adds <see cref="IQueryEngine"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">The options.</param>
    /// <param name="program">
    /// How an engine process is started. Null for a host without one: statements then run in this process, as they also do where processes cannot be confined.
    /// </param>
    public static IServiceCollection AddQuery(this IServiceCollection services, QueryOptions options, EngineProgram? program)
    {
        services.AddSingleton(options).AddSingleton<DatasetResolver>();
        services.AddSingleton<QueryEngine>().AddSingleton<IQueryEngine>(provider => provider.GetRequiredService<QueryEngine>());
        services.AddSingleton<RowEditor>().AddSingleton<IDatasetRows>(provider => provider.GetRequiredService<RowEditor>());
        services.AddSingleton<Compactor>().AddWritingService<Compactor>();
        services.AddSingleton<IDataFiles, DataFiles>().AddSingleton<IRowFiles, RowFiles>();
        services.AddSingleton<DatasetWriter>().AddSingleton<IViews, ViewStore>();
        services.AddSingleton<DerivedDatasets>().AddWritingService<DerivedDatasets>();
        services.AddResponseCompression(compression =>
        {
            compression.MimeTypes =
                ["application/json", "application/x-ndjson", "text/csv", "text/tab-separated-values", "application/vnd.apache.arrow.stream"];

            // gzip first: for a client that takes both, it is faster here and makes less.
            compression.Providers.Add<GzipCompressionProvider>();
            compression.Providers.Add<BrotliCompressionProvider>();
        });
        services.AddSingleton<SystemRows>()
            .AddSingleton<ISystemTable, SnapshotsTable>()
            .AddSingleton<ISystemTable, QueriesTable>()
            .AddSingleton<ISystemTable, JournalTable>();
        services.AddSingleton<AnswerCache>().AddSingleton<AnswerSpool>();
        services.AddSingleton<QueryRegistry>().AddSingleton<IQueryControl>(provider => provider.GetRequiredService<QueryRegistry>());
        return options.IsIsolated && program is not null && CanIsolate
            ? services
                .AddSingleton(program)
                .AddSingleton<WorkerPool>()
                .AddHostedService(provider => provider.GetRequiredService<WorkerPool>())
                .AddSingleton<IStatementRunner, WorkerRunner>()
            : services
                .AddSingleton<SqlParser>()
                .AddSingleton<EnginePool>()
                .AddSingleton<IStatementRunner, LocalRunner>();
    }

    /// <summary>Maps <c>/v1/sql</c>, <c>/v1/queries</c>, <c>/v1/catalog/view</c> and <c>/v1/catalog/derived</c>.</summary>
    public static IEndpointRouteBuilder MapQuery(this IEndpointRouteBuilder routes)
    {
        DefinitionEndpoints.Map(routes);
        RowEndpoints.Map(routes);
        return QueryEndpoints.Map(routes);
    }

    /// <summary>Runs an engine process until it ends.</summary>
    /// <exception cref="FormatException">The arguments are not those of the server: the command was run by hand.</exception>
    public static void RunEngine(IReadOnlyList<string> arguments) => EngineMain.Run(arguments);
}
