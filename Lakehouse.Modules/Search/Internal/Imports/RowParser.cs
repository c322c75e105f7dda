using System.Buffers;
using System.Text;
using System.Text.Json;
using Lakehouse.Query;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>Converts the chunks of <see cref="DatasetRows"/> into rows.</summary>
internal static class RowParser
{
    /// <summary>The rows of a chunk.</summary>
    public static IEnumerable<ImportRow> Parse(QueryChunk chunk, ImportRequest import)
    {
        var next = 1;
        int? text = import.TextColumn is null ? null : next++;
        int? vector = import.VectorColumn is null ? null : next++;
        for (var row = 0; row < chunk.RowCount; row++)
        {
            yield return new ImportRow(
                Text(chunk, 0, row),
                text is null ? null : Text(chunk, text.Value, row),
                vector is null || chunk.IsNull(vector.Value, row) ? null : chunk.GetFloats(vector.Value, row).ToArray(),
                import.MetadataColumns is null ? default : Metadata(chunk, next, row, import.MetadataColumns));
        }
    }

    /// <summary>The id of a row; null where it has none.</summary>
    public static string? Id(QueryChunk chunk, int row) => Text(chunk, 0, row);

    private static string? Text(QueryChunk chunk, int column, int row) =>
        chunk.IsNull(column, row) ? null : Encoding.UTF8.GetString(chunk.GetText(column, row).Span);

    private static ReadOnlyMemory<byte> Metadata(QueryChunk chunk, int firstColumn, int row, IReadOnlyList<string> names)
    {
        var (buffer, value) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        for (var i = 0; i < names.Count; i++)
        {
            value.ResetWrittenCount();
            chunk.WriteJson(firstColumn + i, row, value);
            json.WritePropertyName(names[i]);
            json.WriteRawValue(value.WrittenSpan, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
