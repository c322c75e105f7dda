using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Query;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>Runs statements and keeps as much of an answer as a model can use.</summary>
internal sealed class SqlAnswer(IQueryEngine engine, McpOptions options)
{
    // A number with more digits is a text: a reader that takes it as a double would change it.
    private const int DigitsMax = 15;

    /// <summary>Runs a statement.</summary>
    /// <returns><c>columns</c>, <c>rows</c>, <c>row_count</c>, <c>truncated</c>, <c>notes</c>, <c>datasets</c>.</returns>
    public async Task<JsonObject> RunAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        await using var answer = await engine.AnswerAsync(request, cancellationToken);
        var (bytes, isWhole) = await CollectAsync(answer, cancellationToken);
        var (columns, rows, isCut) = Read(bytes.Span, isWhole);
        var isTruncated = isCut || rows.Count == request.MaxRows && IsTruncated(bytes.Span);
        var notes = new JsonArray();
        if (isCut)
        {
            notes.Add($"The answer was cut after {rows.Count} rows, because it is longer than {options.MaxAnswerBytes} bytes. Select fewer columns, aggregate, "
                + "or ask for fewer rows.");
        }
        else if (isTruncated)
        {
            notes.Add($"There are more than these {rows.Count} rows. Aggregate, or raise limit, which can be {options.MaxRows}.");
        }

        return new JsonObject
        {
            ["columns"] = columns,
            ["rows"] = rows,
            ["row_count"] = rows.Count,
            ["truncated"] = isTruncated,
            ["notes"] = notes,
            ["datasets"] = new JsonArray([.. answer.Datasets.Select(d => new JsonObject { ["name"] = d.Name, ["version"] = d.Version })]),
        };
    }

    /// <summary>The first bytes of an answer, and whether they are all of it. What is written of a row is at most a few times what is kept of it.</summary>
    private async Task<(ReadOnlyMemory<byte> Bytes, bool IsWhole)> CollectAsync(IQueryAnswer answer, CancellationToken cancellationToken)
    {
        var bytesMax = options.MaxAnswerBytes * 4;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        var copying = CopyAsync();
        var kept = new ArrayBufferWriter<byte>();
        var isWhole = false;
        while (!isWhole && kept.WrittenCount < bytesMax)
        {
            var read = await pipe.Reader.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                kept.Write(part.Span);
            }

            pipe.Reader.AdvanceTo(read.Buffer.End);
            isWhole = read.IsCompleted;
        }

        if (!isWhole)
        {
            await stop.CancelAsync();
        }

        await pipe.Reader.CompleteAsync();
        try
        {
            await copying;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The rest is not wanted.
        }

        return (kept.WrittenMemory, isWhole);

        async Task CopyAsync()
        {
            try
            {
                await answer.CopyToAsync(pipe.Writer, endsWithError: false, stop.Token);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception error)
            {
                await pipe.Writer.CompleteAsync(error);
                throw;
            }
        }
    }

    private (JsonArray Columns, JsonArray Rows, bool IsCut) Read(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        var (columns, rows) = (new JsonArray(), new JsonArray());
        var reader = new Utf8JsonReader(bytes, isWhole, default);
        long size = 0;
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("columns"u8) && reader.Read())
            {
                columns = JsonNode.Parse(ref reader)!.AsArray();
            }
            else if (reader.ValueTextEquals("rows"u8) && reader.Read())
            {
                while (true)
                {
                    // A row, or the end of the rows.
                    var ahead = reader;
                    if (!ahead.Read() || (ahead.TokenType is JsonTokenType.StartArray && !ahead.TrySkip()))
                    {
                        return (columns, rows, true);
                    }

                    reader.Read();
                    if (reader.TokenType is JsonTokenType.EndArray)
                    {
                        break;
                    }

                    var row = new JsonArray([.. JsonElement.ParseValue(ref reader).EnumerateArray().Select(Cell)]);
                    size += row.ToJsonString().Length;
                    if (size > options.MaxAnswerBytes)
                    {
                        return (columns, rows, true);
                    }

                    rows.Add(row);
                }
            }
        }

        return (columns, rows, !isWhole);
    }

    private static bool IsTruncated(ReadOnlySpan<byte> bytes) =>
        JsonElement.Parse(bytes).TryGetProperty("truncated"u8, out var truncated) && truncated.ValueKind is JsonValueKind.True;

    private JsonNode? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => Text(value.GetString()!),
        JsonValueKind.Number when value.GetRawText() is var raw && raw.Count(char.IsAsciiDigit) > DigitsMax && !raw.Contains('.') && !raw.Contains('e') => raw,
        JsonValueKind.Array or JsonValueKind.Object when value.GetRawText() is { Length: var length } raw && length > options.MaxTextChars => Text(raw),
        _ => JsonNode.Parse(value.GetRawText()),
    };

    private JsonNode Text(string text) =>
        text.Length <= options.MaxTextChars ? text : $"{text[..options.MaxTextChars]}... ({text.Length} characters in all)";
}
