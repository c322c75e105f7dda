using System.Diagnostics;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Text;
using Lakehouse.Search.Internal.Imports;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>
/// Runs a search: embeds the text and, at the same time, queries the dataset for the rows that the predicate allows; has the index rank the items; reads
/// columns by one more query over the ids of the results.
/// </summary>
internal sealed class Searcher(
    IVectorIndexes indexes, TextQueries texts, DatasetRows rows, VisibleIds visible, ICatalog catalog, SearchOptions options, VectorOptions vectorOptions)
    : ISearcher
{
    public async Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        using var span = Tracing.Start($"retrieval {request.Index.Value}", ActivityKind.Client);
        span?.SetTag("gen_ai.operation.name", "retrieval")
            .SetTag("gen_ai.data_source.id", request.Index.Value)
            .SetTag("gen_ai.request.top_k", request.K)
            .SetTag("lakehouse.search.mode", request.Mode.ToString());
        try
        {
            return await FindAsync(request, cancellationToken);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async Task<SearchAnswer> FindAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        Caller.Current.RequireSeen(ResourceKind.Index, request.Index.Value); // before it is known whether it exists
        if (request.At is { } at)
        {
            await indexes.WaitForAsync(request.Index, at, cancellationToken);
        }

        var info = await indexes.ShowAsync(request.Index, cancellationToken);
        var sight = SearchSight.Of(request.Index, info, catalog);
        request = sight.Narrow(Check(request, info), info);
        var origin = info.Origin?.Dataset;
        if (origin is not null)
        {
            RequestRecord.Current?.AddRead(origin.Dataset, origin.Version);
        }

        var embedding = request.Mode == SearchMode.Keyword ? null : texts.EmbedAsync(info, request.Model, [request.Text], cancellationToken);
        var finding = request.Where is { } where ? AllowedRows.FindAsync(rows, origin!, where, options.WhereTimeout, cancellationToken) : null;
        await Task.WhenAll(new Task?[] { embedding, finding }.OfType<Task>());
        var allowed = finding is null ? null : await finding;
        if (sight.RowFilter is { } filter)
        {
            allowed = await visible.NarrowAsync(allowed!, origin!, filter, cancellationToken);
        }

        var embedded = embedding is null ? default : await embedding;

        var isRanked = request.GroupBy is not null || request.Facets.Count > 0;
        var all = await indexes.SearchHybridAsync(
            request.Index,
            new HybridQuery
            {
                Vector = embedding is null ? (ReadOnlyMemory<float>?)null : embedded.Vectors[0],
                Text = request.Mode == SearchMode.Vector ? null : request.Text,
                K = isRanked ? Math.Max(request.K, Math.Min(options.Candidates, vectorOptions.MaxK)) : request.K,
                Depth = Math.Min(request.Depth ?? options.Depth, vectorOptions.MaxK),
                Ef = request.Ef,
                Filter = request.Filter,
                AllowedIds = allowed?.Ids,
                RankConstant = request.RankConstant ?? options.RankConstant,
                VectorWeight = request.VectorWeight,
                KeywordWeight = request.KeywordWeight,
                Include = request.Include | (isRanked ? ItemParts.Metadata : ItemParts.None),
            },
            cancellationToken);
        var found = all with { Hits = [.. all.Hits.Select(sight.See)] };
        var values = await ValuesAsync(request, origin, found.Hits, cancellationToken);
        var groups = request.GroupBy is null ? null : Group(request, found.Hits, values);
        var kept = groups is null ? found.Hits.Take(request.K) : groups.SelectMany(g => g.Hits);
        var finished = await Task.Run(() => FinishAsync(request, [.. kept], values, cancellationToken), cancellationToken);
        return new SearchAnswer(
            request,
            embedding is null ? null : embedded.Model,
            found.Origin,
            found.Way,
            found.AllowedCount,
            allowed?.Version,
            found.CandidateCount,
            groups is null ? [.. finished.Values] : [],
            groups?.ConvertAll(g => new SearchGroup(g.Key, g.Hits.ConvertAll(h => finished[h.Item.Id]))),
            [.. request.Facets.Select(name => Count(name, request.FacetSize, found.Hits, values))],
            found.Version);
    }

    /// <summary>Refuses an invalid request before any call to the embedder, the dataset or the index; decides the mode.</summary>
    private SearchRequest Check(SearchRequest request, VectorIndexInfo info)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw SearchErrors.Search("its text is empty");
        }

        if (request.K > Caller.Current.RowsMax)
        {
            throw SearchErrors.Search($"k is at most {Caller.Current.RowsMax} for the profile '{Caller.Current.Name}' (rows_per_answer)");
        }

        if (request.K < 1 || request.K > vectorOptions.MaxK || request.Depth < 1 || request.Depth > vectorOptions.MaxK)
        {
            throw SearchErrors.Search($"k and depth are whole numbers from 1 to {vectorOptions.MaxK} (vector.max_k)");
        }

        if (request.GroupSize < 1 || request.GroupSize > vectorOptions.MaxK || request.FacetSize < 1 || request.FacetSize > vectorOptions.MaxK)
        {
            throw SearchErrors.Search($"group_size and facet_size are whole numbers from 1 to {vectorOptions.MaxK} (vector.max_k)");
        }

        if (request.Columns.Count > options.MaxColumns || request.Facets.Count > options.MaxColumns)
        {
            throw SearchErrors.Search(
                $"it has {request.Columns.Count} columns and {request.Facets.Count} facets, at most {options.MaxColumns} of each are allowed "
                + "(search.max_columns)");
        }

        if (SearchErrors.FindRepeated(request.Columns) is { } column)
        {
            throw SearchErrors.Search($"\"columns\" has '{column}' twice; name it once");
        }

        if (SearchErrors.FindRepeated(request.Facets) is { } facet)
        {
            throw SearchErrors.Search($"\"facets\" has '{facet}' twice; name it once");
        }

        if (request.Mode is SearchMode.Keyword or SearchMode.Hybrid && info.TextCount == 0 && info.ItemCount > 0)
        {
            throw SearchErrors.Search($"the index '{info.Spec.Name}' has no texts to look keywords up in; import them, or search with \"mode\": \"vector\"");
        }

        if (info.Origin?.Dataset is null && (request.Where is not null || request.Columns.Count > 0))
        {
            throw SearchErrors.Search(
                $"the index '{info.Spec.Name}' was not imported from a dataset, so \"{(request.Where is null ? "columns" : "where")}\" cannot be used; "
                + "\"filter\" tests metadata");
        }

        if (request.Where is not null && string.IsNullOrWhiteSpace(request.Where))
        {
            throw SearchErrors.Search("\"where\" is empty");
        }

        return request with { Mode = request.Mode ?? (info.TextCount > 0 ? SearchMode.Hybrid : SearchMode.Vector) };
    }

    /// <summary>Reads the values that grouping, facets and columns need, by id.</summary>
    private async Task<Values> ValuesAsync(SearchRequest request, DatasetOrigin? origin, IReadOnlyList<HybridHit> hits, CancellationToken cancellationToken)
    {
        if (origin is null)
        {
            return new Values([], []);
        }

        var known = Caller.Current.See(rows.Find(origin.Dataset)).Columns.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (request.Columns.FirstOrDefault(c => !known.Contains(c)) is { } missing)
        {
            throw SearchErrors.Search(
                $"the dataset '{origin.Dataset}' has no column '{missing}'; it has {string.Join(", ", known)}{NearestName.Hint(missing, known)}");
        }

        var ranked = request.Facets.Append(request.GroupBy).OfType<string>().Where(known.Contains).ToList();
        var columns = request.Columns.Concat(ranked).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var ids = (ranked.Count > 0 ? hits : hits.Take(request.K)).Select(h => h.Item.Id).ToList();
        return new Values(columns, await ColumnValues.ReadAsync(rows, origin, columns, ids, options.WhereTimeout, cancellationToken));
    }

    private static List<(string Key, List<HybridHit> Hits)> Group(SearchRequest request, IReadOnlyList<HybridHit> hits, Values values)
    {
        var groups = new List<(string Key, List<HybridHit> Hits)>();
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var hit in hits)
        {
            var key = values.Of(request.GroupBy!, hit);
            if (!positions.TryGetValue(key, out var position))
            {
                if (groups.Count == request.K)
                {
                    continue;
                }

                position = positions[key] = groups.Count;
                groups.Add((key, []));
            }

            if (groups[position].Hits.Count < request.GroupSize)
            {
                groups[position].Hits.Add(hit);
            }
        }

        return groups;
    }

    private static SearchFacet Count(string name, int size, IReadOnlyList<HybridHit> hits, Values values)
    {
        var counts = hits.CountBy(hit => values.Of(name, hit), StringComparer.Ordinal)
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key, StringComparer.Ordinal)
            .ToList();
        return new SearchFacet(name, [.. counts.Take(size)], counts.Skip(size).Sum(c => c.Value));
    }

    /// <summary>Adds snippets and columns to the results; returns them by id, in their order.</summary>
    private async Task<OrderedDictionary<string, SearchHit>> FinishAsync(
        SearchRequest request, List<HybridHit> hits, Values values, CancellationToken cancellationToken)
    {
        var ids = hits.ConvertAll(h => h.Item.Id);
        var snippets = new List<TextSnippet?>(ids.Count);
        foreach (var part in request.WithSnippets ? ids.Chunk(vectorOptions.MaxBatchItems) : [])
        {
            snippets.AddRange(await indexes.GetSnippetsAsync(request.Index, part, request.Text, options.SnippetLength, cancellationToken));
        }

        var finished = new OrderedDictionary<string, SearchHit>(hits.Count, StringComparer.Ordinal);
        for (var i = 0; i < hits.Count; i++)
        {
            var columns = request.Columns.Count == 0 ? null : values.Row(ids[i], request.Columns);
            finished[ids[i]] = new SearchHit(request.Include.HasFlag(ItemParts.Metadata) ? hits[i] : Bare(hits[i]), snippets.ElementAtOrDefault(i), columns);
        }

        return finished;
    }

    private static HybridHit Bare(HybridHit hit) => hit with { Item = hit.Item with { Metadata = null } };

    /// <summary>Values of columns by id.</summary>
    private sealed record Values(IReadOnlyList<string> Columns, Dictionary<string, string[]> ById)
    {
        private const string Null = "null";

        /// <summary>The value of a column or, where there is no such column, of a member of the metadata; as JSON.</summary>
        public string Of(string name, HybridHit hit)
        {
            var column = Columns.ToList().FindIndex(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (column >= 0)
            {
                return ById.TryGetValue(hit.Item.Id, out var row) ? row[column] : Null;
            }

            return JsonElement.Parse(hit.Item.Metadata).TryGetProperty(name, out var member) ? member.GetRawText() : Null;
        }

        /// <summary>The values of some columns of a row; null where the dataset has no such row.</summary>
        public string[]? Row(string id, IReadOnlyList<string> names) =>
            ById.TryGetValue(id, out var row)
                ? [.. names.Select(n => row[Columns.ToList().FindIndex(c => c.Equals(n, StringComparison.OrdinalIgnoreCase))])]
                : null;
    }
}
