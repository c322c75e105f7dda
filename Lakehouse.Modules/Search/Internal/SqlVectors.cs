using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Embed;
using Lakehouse.Query;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>Answers SQL's <c>embed</c> and <c>vector_search</c>.</summary>
internal sealed class SqlVectors(
    IVectorIndexes indexes, IEmbedder embedder, TextQueries texts, ICatalog catalog, EmbedOptions embedOptions, VectorOptions vectorOptions) : ISqlVectors
{
    public async Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(IReadOnlyList<string> texts, string? model, CancellationToken cancellationToken)
    {
        Caller.Current.Require(AccessAction.Search);
        var vectors = new List<ReadOnlyMemory<float>>(texts.Count);
        foreach (var part in texts.Chunk(embedOptions.MaxTexts))
        {
            try
            {
                vectors.AddRange((await embedder.EmbedAsync(new EmbedRequest(part, model), cancellationToken)).Vectors);
            }
            catch (LakehouseException error) when (error.Code == TextQueries.TooLongCode)
            {
                throw SearchErrors.TextTooLong(embedOptions, model, "Cut it, for example with left(text, 2000).", error);
            }
        }

        return vectors;
    }

    public async Task<IReadOnlyList<IReadOnlyList<SqlVectorHit>>> SearchAsync(
        string index, IReadOnlyList<SqlVectorQuery> queries, CancellationToken cancellationToken)
    {
        if (queries.Count > vectorOptions.MaxQueries)
        {
            // The caller asks again in parts; one answer to all queries would need too much memory.
            throw new LakehouseException(
                ErrorKind.InvalidInput, "call_too_large", $"{queries.Count} searches in one call; at most {vectorOptions.MaxQueries} are allowed "
                    + "(vector.max_queries).");
        }

        var name = IndexName.Parse(index);
        Caller.Current.RequireSeen(ResourceKind.Index, name.Value);
        var info = await indexes.ShowAsync(name, cancellationToken);
        var sight = SearchSight.Of(name, info, catalog);
        if (sight.HidesRows)
        {
            throw Caller.Current.Guarded(info.Origin!.Dataset!.Dataset, "vector_search would find rows that are hidden; POST /v1/search leaves them out.");
        }

        sight.RequireNoFilter(queries.Any(q => q.Filter is not null), info);
        var words = queries.Select(q => q.Text).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var (_, embedded) = await texts.EmbedAsync(info, null, words, cancellationToken);
        var vectorOf = words.Zip(embedded).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var filterOf = queries.Select(q => q.Filter)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(f => f, ParseFilter, StringComparer.Ordinal);
        var searches = queries.Select(q => new VectorQuery
        {
            Vector = q.Vector ?? vectorOf[q.Text!],
            K = Bounded(q.K),
            Ef = q.Ef is { } ef ? Bounded(ef) : null,
            Filter = q.Filter is null ? null : filterOf[q.Filter],
        });
        var found = await indexes.SearchAsync(name, [.. searches], cancellationToken);
        return [.. found.Select(a => (IReadOnlyList<SqlVectorHit>)[.. a.Hits.Select(Show)])];

        SqlVectorHit Show(VectorHit hit) => new(hit.Item.Id, hit.Distance, sight.See(hit.Item.Metadata));
    }

    // A value that does not fit an int is out of range anyway; the index refuses the clamped value with an error.
    private static int Bounded(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);

    private static JsonElement ParseFilter(string filter)
    {
        try
        {
            return JsonElement.Parse(filter);
        }
        catch (JsonException error)
        {
            throw JsonMembers.Invalid($"the filter is not JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})", error);
        }
    }
}
