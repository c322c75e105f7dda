using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Reads the formats of answers.</summary>
public static class AnswerReader
{
    /// <summary>The formats, as tests name them. <c>objects</c> is JSON with an object for each row.</summary>
    public static readonly IReadOnlyList<string> Formats = ["json", "objects", "ndjson", "csv", "tsv", "parquet"];

    /// <summary>The formats in which names of columns are unique.</summary>
    public static readonly IReadOnlyList<string> UniqueFormats = ["objects", "ndjson", "parquet"];

    public static Answer Read(string format, byte[] bytes) => format switch
    {
        "json" => ReadJson(bytes, hasObjects: false),
        "objects" => ReadJson(bytes, hasObjects: true),
        "ndjson" => ReadNdJson(bytes),
        "csv" => ReadDelimited(bytes, ','),
        "tsv" => ReadDelimited(bytes, '\t'),
        "parquet" => ReadParquet(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };

    /// <summary>A value of JSON.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static Answer ReadJson(byte[] bytes, bool hasObjects)
    {
        using var json = JsonDocument.Parse(bytes);
        var names = json.RootElement.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToList();
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().Select(r => hasObjects ? MembersOf(r, names) : [.. r.EnumerateArray().Select(TextOf)])
            .ToList();
        json.RootElement.GetProperty("row_count").GetInt64().Should().Be(rows.Count);
        return new Answer(names, rows);
    }

    private static Answer ReadNdJson(byte[] bytes)
    {
        bytes[^1].Should().Be((byte)'\n');
        var lines = Encoding.UTF8.GetString(bytes).Split('\n')[..^1];
        using var end = JsonDocument.Parse(lines[^1]);
        end.RootElement.EnumerateObject().Select(m => m.Name).Should().Equal("end");
        end.RootElement.GetProperty("end").GetProperty("row_count").GetInt64().Should().Be(lines.Length - 1);
        List<string>? names = null;
        var rows = new List<IReadOnlyList<string?>>();
        foreach (var line in lines[..^1])
        {
            using var row = JsonDocument.Parse(line);
            names ??= [.. row.RootElement.EnumerateObject().Select(m => m.Name)];
            rows.Add(MembersOf(row.RootElement, names));
        }

        return new Answer(names, rows);
    }

    private static IReadOnlyList<string?> MembersOf(JsonElement row, IEnumerable<string> names)
    {
        row.EnumerateObject().Select(m => m.Name).Should().Equal(names);
        return [.. row.EnumerateObject().Select(m => TextOf(m.Value))];
    }

    /// <summary>RFC 4180, strictly: every line ends with CR LF, and quotes are only around whole fields.</summary>
    private static Answer ReadDelimited(byte[] bytes, char delimiter)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        var lines = new List<IReadOnlyList<string?>>();
        var line = new List<string?>();
        var at = 0;
        while (at < text.Length)
        {
            line.Add(text[at] == '"' ? Quoted() : Plain());
            if (text[at] == delimiter)
            {
                at++;
                if (text[at] == '\r')
                {
                    line.Add(null);
                }
            }

            if (text[at] == '\r')
            {
                text[at + 1].Should().Be('\n');
                at += 2;
                lines.Add(line);
                line = [];
            }
        }

        line.Should().BeEmpty("the last line ends with CR LF");
        return new Answer([.. lines[0].Select(n => n!)], lines[1..]);

        string? Plain()
        {
            var end = text.AsSpan(at).IndexOfAny(delimiter, '\r');
            var field = text.Substring(at, end);
            field.Should().NotContainAny("\"", "\n");
            at += end;
            return field.Length == 0 ? null : field;
        }

        string Quoted()
        {
            var field = new StringBuilder();
            while (true)
            {
                var quote = text.IndexOf('"', at + 1);
                field.Append(text, at + 1, quote - at - 1);
                at = quote + 1;
                if (text[at] != '"')
                {
                    (text[at] == delimiter || text[at] == '\r').Should().BeTrue("a quote ends the field or is doubled");
                    return field.ToString();
                }

                field.Append('"');
            }
        }
    }

    /// <summary>Parquet is read by an engine of this process.</summary>
    private static Answer ReadParquet(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "answer.parquet");
        File.WriteAllBytes(path, bytes);
        using var database = DuckDbDatabase.OpenIsolated("512MB");
        using var connection = database.Connect();
        return Query(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM read_parquet('{path}')"));
    }

    /// <summary>The rows of a statement that an engine of this process runs.</summary>
    public static Answer Query(DuckDbConnection connection, string sql)
    {
        using var statement = connection.Prepare(sql);
        using var result = statement.ExecuteStreaming();
        var columns = result.Columns.Select(c => ColumnJson.For(c.Type, ValueOptions.Plain)).ToList();
        var rows = new List<IReadOnlyList<string?>>();
        while (result.FetchChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var i = 0; i < columns.Count; i++)
                {
                    columns[i].Bind(chunk.GetVector(i));
                }

                for (var row = 0; row < chunk.RowCount; row++)
                {
                    rows.Add([.. columns.Select(c => Value(c, row))]);
                }
            }
        }

        return new Answer([.. result.Columns.Select(c => c.Name)], rows);
    }

    private static string? Value(ColumnJson column, int row)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var output = new JsonOutput(bytes);
        column.Write(ref output, row);
        output.Complete();
        using var json = JsonDocument.Parse(bytes.WrittenMemory);
        return TextOf(json.RootElement);
    }
}
