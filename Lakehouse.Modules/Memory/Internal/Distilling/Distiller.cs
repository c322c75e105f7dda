using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Query;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Makes, checks and exports playbooks.</summary>
internal sealed class Distiller(
    MemoryRows memories,
    MemoryIndexes indexes,
    SourceReader reader,
    PlaybookFiles files,
    ChatTitles chat,
    IQueryEngine engine,
    ICatalog catalog,
    MemoryOptions options) : IPlaybooks, IDisposable
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SemaphoreSlim _turn = new(1);

    public async Task<DistillAnswer> DistillAsync(SpaceName space, DistillRequest request, CancellationToken cancellationToken)
    {
        MemoryStore.Require(space, AccessAction.Ingest);
        var (threshold, share) = (request.Threshold ?? options.DistillThreshold, request.Share ?? options.DistillShare);
        RequireParts(threshold, share);

        // One after the other: the vectors of a large space take memory, and the second one finds the work of the first.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await MakeAsync(space, threshold, share, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<PlaybookCheck> CheckAsync(SpaceName space, CancellationToken cancellationToken)
    {
        MemoryStore.Require(space, AccessAction.Search);
        var dataset = NameOf(space);
        if (catalog.Find(dataset) is null)
        {
            throw MemoryErrors.NotDistilled(space);
        }

        var (playbooks, any) = await reader.ReadPlaybooksAsync(dataset.Value, cancellationToken);
        var version = any ? playbooks.Max(p => p.MemoryVersion) : 0;
        var sql = PlaybookProof.SqlOf(dataset.Value, space.Stored, version);
        var faults = any ? await reader.RowsAsync(sql, cancellationToken) : [];
        return new PlaybookCheck(playbooks.Count, version, [.. faults.Select(f => $"{f[0].GetString()}: {f[1].GetString()}")], sql);
    }

    public async Task ExportAsync(SpaceName space, ExportRequest request, Func<JsonElement, Task> write, CancellationToken cancellationToken)
    {
        Caller.Current.Require(AccessAction.Search);
        Caller.Current.RequireSeen(ResourceKind.Space, space.Value);
        if (request.TestPercent is < 0 or > 100 || request.MinOutcome is not (>= 0 and <= 1))
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_distill", "The export is refused: test_percent is 0 to 100, and min_outcome 0 to 1.");
        }

        if (catalog.Find(NameOf(space)) is null)
        {
            throw MemoryErrors.NotDistilled(space);
        }

        // By the caller: what is masked or hidden of either dataset is so here, too. The part follows from the playbook's id, so a group is never divided.
        var part = request.IsTest ? "<" : ">=";
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT m.task, m.steps, p.id
            FROM (SELECT id, unnest(sources) AS source FROM "{NameOf(space)}") p JOIN "{space.Stored}" m ON m.id = p.source
            WHERE m.outcome >= {request.MinOutcome:R} AND m.steps IS NOT NULL
                AND CAST('0x' || substr(sha256(p.id), 1, 8) AS BIGINT) % 100 {part} {request.TestPercent}
            ORDER BY p.id, m.id
            """);
        await using var rows = await engine.ReadAsync(sql, null, cancellationToken);
        var value = new ArrayBufferWriter<byte>();
        while (await rows.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var texts = new string?[3];
                for (var column = 0; column < texts.Length; column++)
                {
                    value.ResetWrittenCount();
                    chunk.WriteJson(column, row, value);
                    texts[column] = JsonElement.Parse(value.WrittenSpan).GetString();
                }

                await write(JsonSerializer.SerializeToElement(new
                {
                    messages = new[] { new { role = "user", content = texts[0] }, new { role = "assistant", content = texts[1] } },
                    metadata = new { playbook = texts[2] },
                }));
            }
        }
    }

    public void Dispose()
    {
        chat.Dispose();
        files.Dispose();
        _turn.Dispose();
    }

    private static DatasetName NameOf(SpaceName space) => DatasetName.Parse(PlaybookColumns.Prefix + space.Value);

    private static void RequireParts(double threshold, double share)
    {
        if (threshold is not (> 0 and <= 1) || share is not (> 0 and <= 1))
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_distill", "The distillation is refused: threshold and share are more than 0 and at most 1.");
        }
    }

    private async Task<DistillAnswer> MakeAsync(SpaceName space, double threshold, double share, CancellationToken cancellationToken)
    {
        var memory = memories.Find(space) ?? throw MemoryErrors.NotFound(space);
        MemoryStore.RequireSpace(space, memory);
        await indexes.FollowAsync(space, cancellationToken);
        if (memory.RowCount > 0 && !await indexes.WaitAsync(space, memory, cancellationToken))
        {
            throw new LakehouseException(
                ErrorKind.Busy, "index_behind", $"The index of the space '{space}' has not taken in its newest memories yet. Try again soon.");
        }

        var sources = await reader.ReadAsync(space, memory.Version, cancellationToken);
        var dataset = NameOf(space);
        var earlier = catalog.Find(dataset) is { } found
            ? IsPlaybooks(found) ? (await reader.ReadPlaybooksAsync(dataset.Value, cancellationToken)).Playbooks : throw Taken(dataset)
            : [];
        var vectors = await reader.ReadVectorsAsync(space, [.. sources.Select(s => s.Id)], cancellationToken);
        var (groups, added) = Group(space, sources, vectors, earlier, threshold);
        var playbooks = groups.Select(g => PlaybookMaker.Make([.. g.Select(position => sources[position])], share)).ToList();
        var notes = new List<string>();
        if (chat.IsOn)
        {
            playbooks = await NameAsync(playbooks, earlier, notes, cancellationToken);
        }

        if (playbooks.Count == 0)
        {
            throw MemoryErrors.NotFound(space);
        }

        var version = await WriteAsync(
            space, playbooks, threshold, share, memory.Version, KeyOf(space, sources, threshold), cancellationToken);
        return new DistillAnswer(
            dataset.Value, version, memory.Version, playbooks.Count, sources.Count, added, playbooks.Count(p => p.Contradiction is not null), notes);
    }

    private static bool IsPlaybooks(Manifest dataset) =>
        PlaybookColumns.All.All(c => dataset.Columns.Any(d => d.Name == c.Name && d.Type == c.Type));

    private static LakehouseException Taken(DatasetName dataset) => new(
        ErrorKind.Conflict, "space_taken", $"The dataset '{dataset}' is not one of playbooks. Rename the space's, or drop that dataset.");

    /// <summary>
    /// The groups. Those of before are kept where all their memories are there, in the same order, before all others; so only new memories are compared. A
    /// changed task is a changed vector, and an earlier time another order: then all begins again, with the same result.
    /// </summary>
    private (List<List<int>> Groups, int Added) Group(
        SpaceName space, IReadOnlyList<Source> sources, IReadOnlyList<float[]?> vectors, IReadOnlyList<EarlierPlaybook> earlier, double threshold)
    {
        var missing = sources.Count(s => s.Task.Length > 0) - vectors.Count(v => v is not null);
        if (missing > 0)
        {
            throw new LakehouseException(
                ErrorKind.Busy, "index_behind", $"The index of the space '{space}' has no vectors of {missing} memories yet. Try again soon.");
        }

        var grouping = new Grouping(threshold);
        var kept = earlier.Sum(e => e.Sources.Count);
        if (kept > 0 && kept <= sources.Count && earlier[0].GroupingKey == KeyOf(space, sources.Take(kept), threshold))
        {
            var positions = sources.Take(kept).Select((s, i) => (s.Id, Position: i)).ToDictionary(s => s.Id, s => s.Position, StringComparer.Ordinal);
            foreach (var group in earlier.Select(e => e.Sources.Select(id => positions[id]).ToList()).OrderBy(g => g[0]))
            {
                grouping.Keep(group, vectors[group[0]]!);
            }
        }
        else
        {
            kept = 0;
        }

        for (var position = kept; position < sources.Count; position++)
        {
            grouping.Add(position, vectors[position]!);
        }

        return (grouping.Groups, sources.Count - kept);
    }

    /// <summary>What groups follow from: the model, the threshold, and the ids and tasks in their order.</summary>
    private string KeyOf(SpaceName space, IEnumerable<Source> sources, double threshold)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{indexes.ModelOf(space)}\n{threshold:R}\n")));
        foreach (var source in sources)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{source.Id}\0{source.Task}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Gives playbooks their texts: those of before where nothing has changed, and else from the model.</summary>
    private async Task<List<Playbook>> NameAsync(
        List<Playbook> playbooks, IReadOnlyList<EarlierPlaybook> earlier, List<string> notes, CancellationToken cancellationToken)
    {
        var known = earlier.Where(e => e.TextKey is not null && e.Title is not null)
            .GroupBy(e => e.TextKey!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var named = new List<Playbook>(playbooks.Count);
        var (calls, unnamed) = (0, 0);
        string? failure = null;
        foreach (var playbook in playbooks)
        {
            var key = chat.KeyOf(playbook);
            if (known.TryGetValue(key, out var before))
            {
                named.Add(playbook with { Text = (before.Title!, before.Summary ?? string.Empty, key) });
                continue;
            }

            (string Title, string Summary)? text = null;
            if (failure is null && calls < options.Chat.MaxCalls)
            {
                calls++;
                try
                {
                    text = await chat.AskAsync(playbook, cancellationToken);
                }
                catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    failure = error is HttpRequestException { StatusCode: { } status } ? $"it answered {(int)status}" : "it did not answer";
                }
            }

            unnamed += text is null ? 1 : 0;
            named.Add(text is var (title, summary) ? playbook with { Text = (title, summary, key) } : playbook);
        }

        if (unnamed > 0)
        {
            notes.Add(
                $"{unnamed} playbooks have no title: "
                + (failure is not null ? $"the chat model was not reached ({failure})."
                    : calls == options.Chat.MaxCalls ? $"one distillation asks at most {calls} times (memory.chat.max_calls)."
                    : "the chat model's answer had none.")
                + " The next distillation asks again.");
        }

        return named;
    }

    private async Task<long> WriteAsync(
        SpaceName space, List<Playbook> playbooks, double threshold, double share, long memoryVersion, string groupingKey, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>();
        var longest = 0;
        await using var json = new Utf8JsonWriter(lines, Writing);
        foreach (var playbook in playbooks)
        {
            PlaybookColumns.Write(json, playbook, threshold, share, memoryVersion, groupingKey);
            json.Flush();
            longest = Math.Max(longest, (int)json.BytesCommitted);
            lines.Write("\n"u8);
            json.Reset();
        }

        return await files.ReplaceAsync(NameOf(space), lines, playbooks.Count, longest, cancellationToken);
    }
}
