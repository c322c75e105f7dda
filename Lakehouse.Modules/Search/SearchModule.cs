using Lakehouse.Core.Configuration;
using Lakehouse.Query;
using Lakehouse.Search.Internal;
using Lakehouse.Search.Internal.Http;
using Lakehouse.Search.Internal.Imports;
using Lakehouse.Vector;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Search;

/// <summary>Makes datasets searchable: imports into vector indexes; search by meaning, keywords and SQL conditions; vectors in SQL.</summary>
public static class SearchModule
{
    /// <summary>
    /// Adds <see cref="ISearcher"/>, <see cref="IIndexImports"/> and the implementation of SQL's vector functions. Call it after the modules that it uses,
    /// because imports continue at the start and need their indexes open.
    /// </summary>
    public static IServiceCollection AddSearch(this IServiceCollection services, SearchOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IOwnerRecordReader, OriginReader>()
        .AddSingleton<TextQueries>()
        .AddSingleton<ISqlVectors, SqlVectors>()
        .AddSingleton<DatasetRows>()
        .AddSingleton<DirectImport>()
        .AddSingleton<ImportRunner>()
        .AddSingleton<ImportJobs>()
        .AddSingleton<IIndexImports>(provider => provider.GetRequiredService<ImportJobs>())
        .AddWritingService<ImportJobs>()
        .AddSingleton<ISystemTable, IndexesTable>()
        .AddSingleton<VisibleIds>()
        .AddSingleton<ISearcher, Searcher>();

    /// <summary>Maps <c>/v1/search</c> and <c>/v1/vectors/index/{name}/import</c>.</summary>
    public static IEndpointRouteBuilder MapSearch(this IEndpointRouteBuilder routes) => SearchEndpoints.Map(routes);
}
