using System.Buffers;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Query;
using Lakehouse.Vector;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Reads memories and playbooks of a version, on behalf of the program.</summary>
internal sealed class SourceReader(IQueryEngine engine, IVectorIndexes indexes)
{
    private const int TextBytesMax = 1 << 20;
    private const int VectorsAtOnce = 500;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <summary>The memories of a version, in the order in which they are grouped: by time, then by id.</summary>
    public async Task<IReadOnlyList<Source>> ReadAsync(SpaceName space, long version, CancellationToken cancellationToken)
    {
        const string columns = "id, task, steps, outcome, tags, datasets, created_at::VARCHAR AS at";
        var rows = await RowsAsync($"SELECT {columns} FROM \"{space.Stored}@{version}\" ORDER BY created_at, id", cancellationToken);
        return [.. rows.Select(row => new Source(
            row[0].GetString()!,
            row[1].GetString()!,
            CanonicalSteps.Read(row[2].GetString()),
            row[3].ValueKind == JsonValueKind.Number ? row[3].GetDouble() : null,
            Texts(row[4]),
            Texts(row[5]),
            row[6].GetString()!))];
    }

    /// <summary>The groups of earlier playbooks, each as the ids of its memories; and for each text key its title and summary.</summary>
    public async Task<(IReadOnlyList<EarlierPlaybook> Playbooks, bool HasAny)> ReadPlaybooksAsync(string dataset, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(
            $"SELECT sources, grouping_key, title, summary, text_key, memory_version FROM \"{dataset}\" ORDER BY id", cancellationToken);
        return ([.. rows.Select(row => new EarlierPlaybook(
            Texts(row[0]), row[1].GetString()!, row[2].GetString(), row[3].GetString(), row[4].GetString(), row[5].GetInt64()))], rows.Count > 0);
    }

    /// <summary>The vectors of memories, of length 1; null for one that the index has not.</summary>
    public async Task<IReadOnlyList<float[]?>> ReadVectorsAsync(SpaceName space, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]?>(ids.Count);
        foreach (var some in ids.Chunk(VectorsAtOnce))
        {
            var items = await indexes.GetAsync(IndexName.Parse(space.Stored), some, ItemParts.Vector, cancellationToken);
            vectors.AddRange(items.Select(item => item?.Vector is { } vector ? Normalised(vector) : null));
        }

        return vectors;
    }

    /// <summary>The rows of a query, each value as JSON.</summary>
    public Task<List<JsonElement[]>> RowsAsync(string sql, CancellationToken cancellationToken) => Caller.RunAsync(Caller.Program, async () =>
    {
        await using var found = await engine.ReadAsync(sql, new QueryBounds(Timeout, TextBytesMax), cancellationToken);
        var rows = new List<JsonElement[]>();
        var value = new ArrayBufferWriter<byte>();
        while (await found.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new JsonElement[found.Columns.Count];
                for (var column = 0; column < values.Length; column++)
                {
                    value.ResetWrittenCount();
                    chunk.WriteJson(column, row, value);
                    values[column] = JsonElement.Parse(value.WrittenSpan);
                }

                rows.Add(values);
            }
        }

        return rows;
    });

    private static List<string> Texts(JsonElement list) => list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(t => t.GetString()!)] : [];

    private static float[] Normalised(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(v => (double)v * v));
        return length == 0 ? vector : [.. vector.Select(v => (float)(v / length))];
    }
}
