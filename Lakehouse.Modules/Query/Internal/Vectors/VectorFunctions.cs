using System.Collections.Concurrent;
using System.Text;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Vectors;

/// <summary>
/// <c>embed(text [, model])</c> and <c>vector_search(index, query, k := 10, filter := NULL, ef := NULL)</c> in SQL. Both are scalar functions for up to 2,048
/// rows at once, so a query over a table makes one call for many rows. The second returns a list of hits, which a macro turns into rows, because a table
/// function of the C API cannot take columns as arguments. Both block the engine's thread until the answer arrives or their query is stopped.
/// </summary>
internal sealed class VectorFunctions(ISqlVectors? vectors)
{
    public const string Embed = "embed";
    public const string Search = "vector_search";

    // As many as an index accepts in one call by default (vector.max_queries).
    private const int SearchesMax = 1_000;

    /// <summary>The scalar function that the macro calls. Queries may not name it.</summary>
    public const string Hits = "lakehouse_vector_hits";

    private static readonly DuckDbType Text = DuckDbType.Of(DuckDbTypeId.Varchar);
    private static readonly DuckDbType Whole = DuckDbType.Of(DuckDbTypeId.BigInt);
    private static readonly DuckDbType Vector = DuckDbType.ListOf(DuckDbType.Of(DuckDbTypeId.Float));
    private static readonly DuckDbType HitList = DuckDbType.ListOf(
        DuckDbType.StructOf(new("id", Text), new("distance", DuckDbType.Of(DuckDbTypeId.Float)), new("metadata", Text)));

    private readonly ConcurrentDictionary<long, VectorScope> _scopes = new();

    /// <summary>Registers the functions with an instance. Does nothing when no module answers them.</summary>
    public void Register(DuckDbConnection connection)
    {
        if (vectors is null)
        {
            return;
        }

        connection.Register(
            new DuckDbScalarFunction(Embed, [Text], Vector, IsVolatile: false, RunEmbed),
            new DuckDbScalarFunction(Embed, [Text, Text], Vector, IsVolatile: false, RunEmbed),
            new DuckDbScalarFunction(Hits, [Text, Text, Whole, Text, Whole], HitList, IsVolatile: true, RunSearch),
            new DuckDbScalarFunction(Hits, [Text, Vector, Whole, Text, Whole], HitList, IsVolatile: true, RunSearch));
        connection.Execute($"""
            CREATE MACRO {Search}(index_name, query, k := 10, "filter" := NULL, ef := NULL) AS TABLE
            SELECT hit.id AS id, hit.distance AS distance, CAST(hit.metadata AS JSON) AS metadata
            FROM (SELECT unnest({Hits}(index_name, query, CAST(k AS BIGINT), CAST("filter" AS VARCHAR), CAST(ef AS BIGINT))) AS hit)
            """);
    }

    /// <summary>Begins a query of a caller on a connection.</summary>
    public VectorScope Begin(DuckDbConnection connection, Caller caller)
    {
        var id = connection.Id;
        return _scopes[id] = new VectorScope(() => _scopes.TryRemove(id, out _), caller);
    }

    private void RunEmbed(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = ScopeOf(connectionId);
        var texts = Enumerable.Range(0, rowCount).Select(row => TextAt(arguments[0], row)).ToList();
        var models = Enumerable.Range(0, rowCount).Select(row => arguments.Count > 1 ? TextAt(arguments[1], row) : null).ToList();
        var vectorOf = new Dictionary<(string? Model, string Text), ReadOnlyMemory<float>>();
        foreach (var group in texts.Zip(models).Where(p => p.First is not null).Distinct().GroupBy(p => p.Second, p => p.First!))
        {
            var unknown = new List<string>();
            foreach (var text in group)
            {
                if (scope.TryGet(group.Key, text, out var known))
                {
                    vectorOf[(group.Key, text)] = known;
                }
                else
                {
                    unknown.Add(text);
                }
            }

            var found = unknown.Count == 0 ? [] : AskInParts(
                scope,
                Embed,
                group.Key is null ? unknown : [.. unknown, group.Key],
                unknown,
                (part, stop) => vectors!.EmbedAsync(part, group.Key, stop));
            for (var i = 0; i < unknown.Count; i++)
            {
                vectorOf[(group.Key, unknown[i])] = found[i];
                scope.Keep(group.Key, unknown[i], found[i]);
            }
        }

        WriteVectors([.. texts.Zip(models, (text, model) => text is null ? (ReadOnlyMemory<float>?)null : vectorOf[(model, text)])], output);
    }

    private static void WriteVectors(List<ReadOnlyMemory<float>?> rows, DuckDbOutput output)
    {
        output.SetElementCount(rows.Sum(v => (long)(v?.Length ?? 0)));
        var elements = output.Elements;
        var start = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows[row] is not { } vector)
            {
                output.SetNull(row);
                continue;
            }

            vector.Span.CopyTo(elements.Floats(start, vector.Length));
            output.SetList(row, start, vector.Length);
            start += vector.Length;
        }
    }

    private void RunSearch(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = ScopeOf(connectionId);
        var queries = Enumerable.Range(0, rowCount).Select(row => QueryAt(arguments, row)).ToList();
        var hits = new IReadOnlyList<SqlVectorHit>[rowCount];
        Array.Fill(hits, []);
        var asked = Enumerable.Range(0, rowCount).Where(row => queries[row] is not null);
        foreach (var group in asked.GroupBy(row => TextAt(arguments[0], row), StringComparer.Ordinal))
        {
            var index = group.Key
                ?? throw Fail(scope, [], new LakehouseException(ErrorKind.InvalidInput, "invalid_query", "The name of the vector index is NULL."));
            List<int> rows = [.. group];
            List<SqlVectorQuery> batch = [.. rows.Select(row => queries[row]!)];
            var named = new List<string>([index, .. batch.Select(q => q.Text).OfType<string>()]);
            List<IReadOnlyList<SqlVectorHit>> answers =
            [
                .. batch.Chunk(SearchesMax).SelectMany(
                    part => AskInParts(scope, Search, named, part, (queries, stop) => vectors!.SearchAsync(index, queries, stop))),
            ];
            for (var i = 0; i < rows.Count; i++)
            {
                hits[rows[i]] = answers[i];
            }
        }

        WriteHits(hits, output);
    }

    private static void WriteHits(IReadOnlyList<SqlVectorHit>[] rows, DuckDbOutput output)
    {
        output.SetElementCount(rows.Sum(hits => (long)hits.Count));
        var elements = output.Elements;
        var (ids, distances, metadata) = (elements.Member(0), elements.Member(1), elements.Member(2));
        var start = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            output.SetList(row, start, rows[row].Count);
            foreach (var hit in rows[row])
            {
                ids.SetText(start, Encoding.UTF8.GetBytes(hit.Id));
                distances.Floats(start, 1)[0] = hit.Distance;
                metadata.SetText(start, hit.Metadata.Span);
                start++;
            }
        }
    }

    /// <summary>The search of a row; null where there is nothing to search for.</summary>
    private static SqlVectorQuery? QueryAt(IReadOnlyList<DuckDbVector> arguments, int row)
    {
        var (query, k, filter, ef) = (arguments[1], arguments[2], arguments[3], arguments[4]);
        return query.IsNull(row) ? null : new SqlVectorQuery(
            query.Type.Id == DuckDbTypeId.Varchar ? TextAt(query, row) : null,
            query.Type.Id == DuckDbTypeId.Varchar ? (ReadOnlyMemory<float>?)null : VectorAt(query, row),
            k.IsNull(row) ? 0 : k.Get<long>(row),
            TextAt(filter, row),
            ef.IsNull(row) ? null : ef.Get<long>(row));
    }

    private static ReadOnlyMemory<float> VectorAt(DuckDbVector vector, int row)
    {
        var (offset, length) = vector.GetListEntry(row);
        var elements = vector.GetElements();
        var values = new float[length];
        for (var i = 0; i < length; i++)
        {
            values[i] = elements.IsNull(offset + i) ? float.NaN : elements.Get<float>(offset + i);
        }

        return values;
    }

    private static string? TextAt(DuckDbVector vector, int row) => vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.GetBytes(row));

    /// <summary>The scope of the query that runs on a connection.</summary>
    public VectorScope ScopeOf(long connectionId) =>
        _scopes.TryGetValue(connectionId, out var scope) ? scope : throw new InvalidOperationException("no query runs on this connection");

    /// <summary>
    /// Makes one call for all items; if that is too large, one for the first half and one for the second. Blocks the engine's thread, because the engine has no
    /// asynchronous functions.
    /// </summary>
    private static IReadOnlyList<TAnswer> AskInParts<TItem, TAnswer>(
        VectorScope scope,
        string function,
        IReadOnlyCollection<string> arguments,
        IReadOnlyList<TItem> items,
        Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TAnswer>>> ask)
    {
        try
        {
            return Caller.RunAsync(scope.Caller, () => ask(items, scope.Stopping)).GetAwaiter().GetResult();
        }
        catch (LakehouseException error) when (items.Count > 1 && error.Code is EngineErrors.CallTooLargeCode or "answer_too_large")
        {
            var half = items.Count / 2;
            return [.. AskInParts(
                scope, function, arguments, [.. items.Take(half)], ask), .. AskInParts(scope, function, arguments, [.. items.Skip(half)], ask)];
        }
        catch (LakehouseException error)
        {
            scope.Fail(new VectorError(function, arguments, error));
            throw;
        }
    }

    private static LakehouseException Fail(VectorScope scope, IReadOnlyCollection<string> arguments, LakehouseException error)
    {
        scope.Fail(new VectorError(Search, arguments, error));
        return error;
    }
}
