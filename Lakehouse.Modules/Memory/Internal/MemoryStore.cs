using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.DuckDb;
using Lakehouse.Search;
using Lakehouse.Vector;

namespace Lakehouse.Memory.Internal;

/// <summary>Checks who asks for what, and turns it into rows and searches.</summary>
internal sealed class MemoryStore(
    MemoryRows rows, MemoryIndexes indexes, ISearcher searcher, ICatalog catalog, MemoryOptions options, TimeProvider time) : IMemories, IDisposable
{
    private const int WordBytesMax = 256;
    private const double UnknownOutcome = 0.5;
    private const int FeedbackTriesMax = 8;

    // Clocks of other machines differ a little from this one's; what is dated later would never grow old.
    private static readonly TimeSpan AheadMax = TimeSpan.FromDays(1);

    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Changes of a space are made one after the other: what was counted or read for one still holds when it is committed.</summary>
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<SpaceInfo> List()
    {
        var caller = Caller.Current;
        caller.Require(AccessAction.Search);
        return
        [
            .. catalog.List()
                .Where(d => d.Name.Value.StartsWith(SpaceName.Prefix, StringComparison.Ordinal) && MemoryRows.IsSpace(d))
                .Select(d => (Space: SpaceName.Parse(d.Name.Value[SpaceName.Prefix.Length..]), Dataset: d))
                .Where(s => caller.Sees(ResourceKind.Space, s.Space.Value) && caller.GuardOf(s.Space.Stored) is null)
                .Select(s => Describe(s.Space, s.Dataset))
        ];
    }

    public SpaceInfo Show(SpaceName space)
    {
        Require(space, AccessAction.Search);
        return rows.Find(space) is { } dataset && MemoryRows.IsSpace(dataset) ? Describe(space, dataset) : throw MemoryErrors.NotFound(space);
    }

    public async Task<RememberAnswer> RememberAsync(SpaceName space, IReadOnlyList<NewMemory> memories, CancellationToken cancellationToken)
    {
        var caller = Require(space, AccessAction.Ingest);
        RequireValid(memories);
        caller.RequireBudget(BudgetKind.EmbeddedTexts, memories.Count);
        caller.Spend(BudgetKind.EmbeddedTexts, memories.Count);
        var now = time.GetUtcNow();
        var ids = memories.Select(m => m.Id ?? Guid.CreateVersion7(now).ToString("N")).ToList();
        var lines = new ArrayBufferWriter<byte>();
        var longest = 0;
        await using (var json = new Utf8JsonWriter(lines, Writing))
        {
            for (var i = 0; i < memories.Count; i++)
            {
                MemoryColumns.Write(json, ids[i], memories[i], caller.Name, now);
                longest = Math.Max(longest, EndLine(json, lines));
            }
        }

        var given = memories.Select(m => m.Id).OfType<string>().ToList();
        var version = await InTurnAsync(
            space,
            async () =>
            {
                await RequireRoomAsync(space, caller, memories.Count, given, cancellationToken);
                return given.Count == 0
                    ? await rows.AppendAsync(space, lines, memories.Count, longest, cancellationToken)
                    : await rows.UpsertAsync(space, lines, memories.Count, longest, null, cancellationToken);
            },
            cancellationToken);
        try
        {
            await indexes.FollowAsync(space, cancellationToken);
        }
        catch (LakehouseException)
        {
            // They are remembered; the next recall begins the index, and tells what is wrong with the embedder.
        }

        return new RememberAnswer(ids, space.Stored, version);
    }

    public async Task<RecallAnswer> RecallAsync(SpaceName space, RecallRequest request, CancellationToken cancellationToken)
    {
        var caller = Require(space, AccessAction.Search);
        var weights = request.Weights ?? options.Weights;
        RequireValid(request, weights);
        if (rows.Find(space) is not { } dataset || dataset.RowCount == 0)
        {
            return new RecallAnswer([], weights, 0, false);
        }

        RequireSpace(space, dataset);
        caller.RequireBudget(BudgetKind.EmbeddedTexts);
        caller.Spend(BudgetKind.EmbeddedTexts, 1);
        await indexes.FollowAsync(space, cancellationToken);
        var isCurrent = await indexes.WaitAsync(space, dataset, cancellationToken);
        var now = time.GetUtcNow();
        var search = new SearchRequest
        {
            Index = IndexName.Parse(space.Stored),
            Text = request.Text,
            Mode = SearchMode.Vector,
            K = Math.Max(options.Candidates, request.K),
            Where = ConditionOf(request, caller, now),
            WithSnippets = false,
            Include = ItemParts.Metadata | ItemParts.Text,
        };
        var answer = await Caller.RunAsync(Caller.Program, () => searcher.SearchAsync(search, cancellationToken));
        var halfLife = request.HalfLife ?? options.HalfLife;
        var found = answer.Hits.Select(h => Read(h.Hit, weights, halfLife, now))
            .OrderByDescending(m => m.Score)
            .ThenByDescending(m => m.At)
            .ThenBy(m => m.Id, StringComparer.Ordinal)
            .Take(request.K);
        return new RecallAnswer([.. found], weights, (answer.Origin?.Dataset?.Version) ?? 0, !isCurrent);
    }

    public async Task<long> FeedbackAsync(SpaceName space, string id, double outcome, string? note, CancellationToken cancellationToken)
    {
        Require(space, AccessAction.Ingest);
        if (!IsOutcome(outcome))
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_memory", "\"outcome\" is not a number from 0 to 1.");
        }

        if (note is not null && Utf8Text.IsLonger(note, options.MaxTaskBytes, out _))
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_memory", $"\"note\" has more than {options.MaxTaskBytes} bytes (memory.max_task_bytes).");
        }

        RequireExisting(space);
        return await InTurnAsync(space, () => RateAsync(space, id, outcome, note, cancellationToken), cancellationToken);
    }

    public async Task<long> ForgetAsync(SpaceName space, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        Require(space, AccessAction.Ingest);
        if (ids.Count == 0 || ids.Count > options.MaxPerCall)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_memory", $"\"ids\" has 1 to {options.MaxPerCall} ids (memory.max_per_call).");
        }

        RequireExisting(space);
        return await InTurnAsync(space, () => rows.RemoveAsync(space, ids, cancellationToken), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var turn in _turns.Values)
        {
            turn.Dispose();
        }
    }

    /// <summary>Refuses a caller who may not do that, or for whom the space does not exist.</summary>
    public static Caller Require(SpaceName space, AccessAction action)
    {
        var caller = Caller.Current;
        caller.Require(action);
        caller.RequireSeen(ResourceKind.Space, space.Value);
        return caller.GuardOf(space.Stored) is null
            ? caller
            : throw caller.Guarded(space.Stored, $"The space '{space}' is made of all of it.");
    }

    /// <summary>Refuses a dataset of other columns.</summary>
    public static void RequireSpace(SpaceName space, Manifest dataset)
    {
        if (!MemoryRows.IsSpace(dataset))
        {
            throw MemoryErrors.Taken(space);
        }
    }

    /// <summary>Throws where a text has half of a character, which JSON can write and nobody can read.</summary>
    public static void RequireUnicode(JsonElement json)
    {
        using var nowhere = new Utf8JsonWriter(Stream.Null);
        json.WriteTo(nowhere);
    }

    private static bool IsUnicode(JsonElement json)
    {
        try
        {
            RequireUnicode(json);
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsOutcome(double outcome) => outcome is >= 0 and <= 1;

    /// <summary>Ends a line. Returns its length in bytes.</summary>
    private static int EndLine(Utf8JsonWriter json, ArrayBufferWriter<byte> lines)
    {
        json.Flush();
        var length = (int)json.BytesCommitted;
        lines.Write("\n"u8);
        json.Reset();
        return length;
    }

    private static string? ConditionOf(RecallRequest request, Caller caller, DateTimeOffset now)
    {
        var conditions = new List<string>();
        if (request.Tags.Count > 0)
        {
            conditions.Add($"list_has_all(tags, [{string.Join(", ", request.Tags.Select(DuckDbSql.Literal))}])");
        }

        if (request.MinOutcome is { } least)
        {
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"outcome >= {least:R}"));
        }

        if (request.MaxAge is { } age)
        {
            conditions.Add($"created_at >= TIMESTAMP '{MemoryColumns.Format(now - age)}'");
        }

        if (request.Parent is { } parent)
        {
            conditions.Add($"parent = {DuckDbSql.Literal(parent)}");
        }

        if (request.IsOwn)
        {
            conditions.Add($"profile = {DuckDbSql.Literal(caller.Name)}");
        }

        return conditions.Count == 0 ? null : string.Join(" AND ", conditions);
    }

    private static IEnumerable<string> WordsOf(NewMemory memory) =>
        [.. memory.Tags, .. memory.Datasets, .. new[] { memory.Parent, memory.Id }.OfType<string>()];

    private static RecalledMemory Read(HybridHit hit, ScoreWeights weights, TimeSpan halfLife, DateTimeOffset now)
    {
        var members = JsonElement.Parse(hit.Item.Metadata);
        DateTimeOffset? at = members.GetProperty("created_at").GetString() is { } time
            ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;
        double? outcome = members.GetProperty(MemoryColumns.Outcome) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
        var age = at is null ? double.PositiveInfinity : Math.Max((now - at.Value).TotalSeconds, 0);
        var parts = new MemoryScore(1 - (hit.Distance ?? 1), outcome ?? UnknownOutcome, Math.Pow(0.5, age / halfLife.TotalSeconds));
        return new RecalledMemory(
            hit.Item.Id,
            parts.Total(weights),
            parts,
            hit.Item.Text ?? string.Empty,
            StepsOf(members.GetProperty("steps")),
            outcome,
            CountOf(members.GetProperty(MemoryColumns.Feedbacks)),
            Texts(members.GetProperty("tags")),
            Texts(members.GetProperty("datasets")),
            members.GetProperty("parent").GetString(),
            members.GetProperty("profile").GetString(),
            at);
    }

    // A space is a dataset, and what somebody has ingested into it by themselves can lack any value.
    private static List<string> Texts(JsonElement list) =>
        list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray().Select(t => t.GetString()).OfType<string>()] : [];

    private static int CountOf(JsonElement count) => count.ValueKind is JsonValueKind.Number ? count.GetInt32() : 0;

    /// <summary>Steps as they were given; a text that is no JSON as a text.</summary>
    private static JsonElement? StepsOf(JsonElement steps)
    {
        if (steps.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(steps.GetString()!);
        }
        catch (JsonException)
        {
            return steps;
        }
    }

    private SpaceInfo Describe(SpaceName space, Manifest dataset) =>
        new(space.Value, space.Stored, dataset.Version, dataset.RowCount, indexes.Count(space), dataset.UpdatedAt);

    private void WriteChanged(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> row, double outcome, string? note)
    {
        json.WriteStartObject();
        foreach (var (name, value) in row)
        {
            json.WritePropertyName(name);
            switch (name)
            {
                case MemoryColumns.Outcome:
                    json.WriteNumberValue(outcome);
                    break;
                case MemoryColumns.Feedbacks:
                    json.WriteNumberValue(CountOf(value) + 1);
                    break;
                case MemoryColumns.Note when note is not null:
                    json.WriteStringValue(note);
                    break;
                case MemoryColumns.UpdatedAt:
                    json.WriteStringValue(MemoryColumns.Format(time.GetUtcNow()));
                    break;
                default:
                    value.WriteTo(json);
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Commits an outcome, based on the row as it is: where another program has changed the space meanwhile, it is read again.</summary>
    private async Task<long> RateAsync(SpaceName space, string id, double outcome, string? note, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var version = RequireExisting(space).Version; // before the row is read, so that nothing newer is overwritten
            var row = await rows.ReadAsync(space, id, cancellationToken) ?? throw MemoryErrors.MemoryNotFound(space, id);
            var lines = new ArrayBufferWriter<byte>();
            int length;
            await using (var json = new Utf8JsonWriter(lines, Writing))
            {
                WriteChanged(json, row, outcome, note);
                length = EndLine(json, lines);
            }

            try
            {
                return await rows.UpsertAsync(space, lines, 1, length, version, cancellationToken);
            }
            catch (LakehouseException conflict) when (conflict.Code == "version_conflict" && tries < FeedbackTriesMax)
            {
                await rows.RefreshAsync(space, cancellationToken);
            }
        }
    }

    private async Task<T> InTurnAsync<T>(SpaceName space, Func<Task<T>> change, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(space.Value, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            turn.Release();
        }
    }

    private Manifest RequireExisting(SpaceName space)
    {
        var dataset = rows.Find(space) ?? throw MemoryErrors.NotFound(space);
        RequireSpace(space, dataset);
        return dataset;
    }

    private async Task RequireRoomAsync(
        SpaceName space, Caller caller, int count, IReadOnlyList<string> given, CancellationToken cancellationToken)
    {
        if (rows.Find(space) is not { } dataset)
        {
            return;
        }

        RequireSpace(space, dataset);
        if (dataset.RowCount + count <= Math.Min(options.MaxMemories, options.MaxPerProfile))
        {
            return; // nobody needs to count
        }

        var (replaced, own) = await rows.CountAsync(space, caller.Name, given, cancellationToken);
        if (dataset.RowCount - replaced + count > options.MaxMemories)
        {
            throw MemoryErrors.Full($"The space '{space}' has {dataset.RowCount} memories, and may have {options.MaxMemories} (memory.max_memories).");
        }

        if (own + count > options.MaxPerProfile)
        {
            throw MemoryErrors.Full(
                $"'{caller.Name}' has {own} other memories in the space '{space}', and may have {options.MaxPerProfile} (memory.max_per_profile).");
        }
    }

    private void RequireValid(IReadOnlyList<NewMemory> memories)
    {
        if (memories.Count == 0 || memories.Count > options.MaxPerCall)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_memory", $"There are {memories.Count} memories; a call has 1 to {options.MaxPerCall} (memory.max_per_call).");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var latest = time.GetUtcNow() + AheadMax;
        for (var i = 0; i < memories.Count; i++)
        {
            if (FindError(memories[i], latest) is { } error)
            {
                throw MemoryErrors.Memory(memories[i], i, error);
            }

            if (memories[i].Id is { } id && !ids.Add(id))
            {
                throw MemoryErrors.Memory(memories[i], i, $"another one has the id '{id}', too");
            }
        }
    }

    private string? FindError(NewMemory memory, DateTimeOffset latest) =>
        string.IsNullOrWhiteSpace(memory.Task) ? "\"task\" is empty"
        : Utf8Text.IsLonger(memory.Task, options.MaxTaskBytes, out var size)
            ? $"\"task\" has {size} bytes of UTF-8, at most {options.MaxTaskBytes} are kept (memory.max_task_bytes)"
        : memory.Steps is { } steps && Encoding.UTF8.GetByteCount(steps.GetRawText()) > options.MaxStepsBytes
            ? $"\"steps\" has more than {options.MaxStepsBytes} bytes (memory.max_steps_bytes)"
        : memory.Steps is { } json && !IsUnicode(json) ? "\"steps\" has a text that is not Unicode"
        : memory.Outcome is { } outcome && !IsOutcome(outcome) ? "\"outcome\" is not a number from 0 to 1"
        : memory.At > latest ? "\"at\" is in the future"
        : memory.Tags.Count > options.MaxTags || memory.Datasets.Count > options.MaxTags
            ? $"it has more than {options.MaxTags} tags or datasets (memory.max_tags)"
        : WordsOf(memory).Any(w => w.Length == 0 || Utf8Text.IsLonger(w, WordBytesMax, out _))
            ? $"a tag, a dataset, \"parent\" or \"id\" is empty or has more than {WordBytesMax} bytes"
        : null;

    private void RequireValid(RecallRequest request, ScoreWeights weights)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw MemoryErrors.Recall("\"text\" is empty");
        }

        if (request.K < 1 || request.K > options.MaxK)
        {
            throw MemoryErrors.Recall($"\"k\" is {request.K}; it is 1 to {options.MaxK} (memory.max_k)");
        }

        if (request.MinOutcome is { } least && !IsOutcome(least))
        {
            throw MemoryErrors.Recall("\"min_outcome\" is not a number from 0 to 1");
        }

        if (!(weights.Similarity >= 0 && weights.Outcome >= 0 && weights.Recency >= 0
            && weights.Similarity + weights.Outcome + weights.Recency is > 0 and < double.PositiveInfinity))
        {
            throw MemoryErrors.Recall("\"weights\" are numbers of 0 or more, one of them more than 0");
        }

        if (request.HalfLife is { } half && half <= TimeSpan.Zero)
        {
            throw MemoryErrors.Recall("\"half_life\" is not more than 0");
        }
    }
}
