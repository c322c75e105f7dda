using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query;
using Lakehouse.Vector;

namespace Lakehouse.Host.Server;

/// <summary>
/// Reads items for a vector index out of a dataset by a query, whose rows come as JSON: parsing them costs a hundredth of what linking the vectors
/// does. Here, because neither module knows the other.
/// </summary>
internal sealed class DatasetVectorSource(IQueryEngine engine) : IVectorSource
{
    private const int FixedColumns = 2;

    public async IAsyncEnumerable<VectorItem?> ReadAsync(VectorImport import, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var result = await engine.ExecuteAsync(Sql(import), cancellationToken);
        var buffer = new ArrayBufferWriter<byte>();
        long row = 0;
        while (await result.WriteRowsAsync(buffer, cancellationToken) > 0)
        {
            foreach (var item in ReadRows(buffer.WrittenMemory, import, row))
            {
                row++;
                yield return item;
            }

            buffer.ResetWrittenCount();
        }

        if (result.IsTruncated)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "import_truncated", $"query.max_rows cuts the dataset off after {row} rows, which are in the index. Raise it and import again.");
        }
    }

    private static string Sql(VectorImport import)
    {
        var dataset = DatasetName.Parse(import.Dataset);
        var metadata = string.Concat((import.MetadataColumns ?? []).Select(column => ", " + DuckDbSql.Identifier(column)));
        return $"SELECT CAST({DuckDbSql.Identifier(import.IdColumn)} AS VARCHAR), CAST({DuckDbSql.Identifier(import.VectorColumn)} AS FLOAT[]){metadata} FROM {DuckDbSql.Identifier(dataset.Value)}";
    }

    /// <summary>Reads <c>[id,[1,2],a,b],[...]</c>, which after the first chunk starts with a comma.</summary>
    private static List<VectorItem?> ReadRows(ReadOnlyMemory<byte> json, VectorImport import, long rowsBefore)
    {
        byte[] list = [(byte)'[', .. json.Span.TrimStart((byte)','), (byte)']'];
        var items = new List<VectorItem?>();
        var reader = new Utf8JsonReader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            items.Add(ReadRow(ref reader, list, import, rowsBefore + items.Count + 1));
        }

        return items;
    }

    private static VectorItem? ReadRow(ref Utf8JsonReader reader, byte[] list, VectorImport import, long row)
    {
        reader.Read();
        var id = reader.GetString();
        reader.Read();
        var vector = reader.TokenType == JsonTokenType.Null ? null : ReadVector(ref reader);
        var metadata = ReadMetadata(ref reader, list, import);
        return vector is null ? null
            : id is null ? throw new LakehouseException(ErrorKind.InvalidInput, "invalid_item", $"Row {row} of the dataset '{import.Dataset}' has no {import.IdColumn}; an item needs an id.")
            : new VectorItem(id, vector, metadata);
    }

    private static float[] ReadVector(ref Utf8JsonReader reader)
    {
        var vector = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // NULL, NaN and infinities are no JSON numbers; none can be searched for, and the index says so.
            vector.Add(reader.TokenType == JsonTokenType.Number ? reader.GetSingle() : float.NaN);
        }

        return [.. vector];
    }

    private static ReadOnlyMemory<byte> ReadMetadata(ref Utf8JsonReader reader, byte[] list, VectorImport import)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        for (var column = FixedColumns; reader.Read() && reader.TokenType != JsonTokenType.EndArray; column++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            json.WritePropertyName(import.MetadataColumns![column - FixedColumns]);
            json.WriteRawValue(list.AsSpan(start, (int)reader.BytesConsumed - start), skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return import.MetadataColumns is null ? default : buffer.WrittenMemory;
    }
}
