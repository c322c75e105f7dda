using System.Text;
using System.Text.Json;

namespace Lakehouse.Host.Cli;

/// <summary>CSV after RFC 4180 with LF. NULL is an empty field, an empty text is <c>""</c>, as the server reads them.</summary>
internal sealed class CsvAnswerWriter(Stream output) : ISqlAnswerWriter
{
    private readonly StreamWriter _writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 * 1024);

    public void Begin(IReadOnlyList<string> columns)
    {
        _writer.Write(string.Join(',', columns.Select(c => Quote(c, isForced: false))));
        _writer.Write('\n');
    }

    public void Add(JsonElement row)
    {
        var isFirst = true;
        foreach (var value in row.EnumerateArray())
        {
            if (!isFirst)
            {
                _writer.Write(',');
            }

            isFirst = false;
            _writer.Write(value.ValueKind switch
            {
                JsonValueKind.Null => string.Empty,
                JsonValueKind.String => Quote(value.GetString()!, isForced: value.GetString() is ""),
                _ => Quote(value.GetRawText(), isForced: false),
            });
        }

        _writer.Write('\n');
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static string Quote(string text, bool isForced) =>
        isForced || text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
