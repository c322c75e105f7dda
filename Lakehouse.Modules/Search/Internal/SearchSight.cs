using System.Buffers;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>
/// What a caller sees of an index: of one that was made of a dataset, what it sees of that. Rows that it does not see are left out by the query that also runs
/// its predicate; ids, texts and vectors cannot be masked, and members of metadata that are masked are left out.
/// </summary>
internal sealed class SearchSight
{
    private readonly DatasetGuard? _guard;
    private readonly HashSet<string> _columns;

    private SearchSight(DatasetGuard? guard, IEnumerable<string> columns) =>
        (_guard, _columns) = (guard, columns.ToHashSet(StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether some rows are hidden.</summary>
    public bool HidesRows => RowFilter is not null;

    /// <summary>The row filter; null where all rows are seen.</summary>
    public string? RowFilter => _guard?.Rows;

    /// <summary>What the current caller sees of an index.</summary>
    /// <param name="name">The name by which it asks for it.</param>
    /// <param name="info">The index.</param>
    /// <param name="catalog">Knows the columns of its dataset.</param>
    /// <exception cref="LakehouseException">
    /// <c>not_allowed</c>, <c>dataset_guarded</c> (<see cref="ErrorKind.Forbidden"/>): it does not exist for the caller, or what is searched is masked.
    /// </exception>
    public static SearchSight Of(IndexName name, VectorIndexInfo info, ICatalog catalog)
    {
        var caller = Caller.Current;
        caller.Require(AccessAction.Search);
        caller.RequireSeen(ResourceKind.Index, name.Value);
        if (info.Origin?.Dataset is not { } origin)
        {
            return new SearchSight(null, []);
        }

        if (!caller.Sees(ResourceKind.Dataset, origin.Dataset))
        {
            throw VectorOrigin.NotSeen(caller, name);
        }

        if (caller.GuardOf(origin.Dataset) is not { } guard)
        {
            return new SearchSight(null, []);
        }

        foreach (var column in new[] { origin.IdColumn, origin.TextColumn, origin.VectorColumn }.OfType<string>())
        {
            if (!guard.IsClear(column))
            {
                throw caller.Guarded(origin.Dataset, $"The index '{name}' is made of columns that are masked or hidden, and a search would tell of them.");
            }
        }

        // Only members that are columns now, and clear: what an older version had can have been masked under another name since.
        var columns = catalog.FindIgnoringCase(origin.Dataset)?.Columns.Select(c => c.Name).Where(guard.IsClear) ?? [];
        return new SearchSight(guard, columns.Where(c => (origin.MetadataColumns ?? []).Contains(c, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>The request for what the caller sees.</summary>
    /// <exception cref="LakehouseException"><c>dataset_guarded</c>: it tests metadata of which the caller sees only a part.</exception>
    public SearchRequest Narrow(SearchRequest request, VectorIndexInfo info)
    {
        RequireNoFilter(request.Filter is not null, info);
        return HidesRows && string.IsNullOrWhiteSpace(request.Where) ? request with { Where = request.Where is null ? "true" : request.Where } : request;
    }

    /// <summary>Refuses a condition on metadata where some of it is masked.</summary>
    /// <exception cref="LakehouseException"><c>dataset_guarded</c>.</exception>
    public void RequireNoFilter(bool hasFilter, VectorIndexInfo info)
    {
        if (hasFilter && _guard is not null && info.Origin!.Dataset is { } origin && (origin.MetadataColumns ?? []).Any(c => !_columns.Contains(c)))
        {
            throw Caller.Current.Guarded(origin.Dataset, "The metadata of the index has columns that are masked or hidden; \"where\" tests what it sees.");
        }
    }

    /// <summary>
    /// A result as the caller sees it: how rare a word is in all texts shows in a score of keywords, so that it is left out where rows are hidden.
    /// </summary>
    public HybridHit See(HybridHit hit) => _guard is null ? hit : hit with
    {
        Item = hit.Item with { Metadata = See(hit.Item.Metadata) },
        KeywordScore = HidesRows ? null : hit.KeywordScore,
    };

    /// <summary>Metadata without the members that are masked.</summary>
    public byte[]? See(byte[]? metadata)
    {
        if (_guard is null || metadata is null)
        {
            return metadata;
        }

        var output = new ArrayBufferWriter<byte>(metadata.Length);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var member in JsonElement.Parse(metadata).EnumerateObject().Where(m => _columns.Contains(m.Name)))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
