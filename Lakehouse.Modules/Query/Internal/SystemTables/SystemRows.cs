using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>Reads the system tables, in the server.</summary>
internal sealed class SystemRows : ISystemRows
{
    // Room for the frame around the rows.
    private const int FrameBytes = 4_096;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly CatalogTable[] OfCatalog = [DatasetsTable.Table, ColumnsTable.Table, ObjectsTable.Table];

    private readonly Dictionary<string, ISystemTable> _tables;
    private readonly Dictionary<string, CatalogTable> _ofCatalog = OfCatalog.Append(NamesTable.Table).ToDictionary(t => t.Name, StringComparer.Ordinal);
    private readonly StatementLists _lists;
    private readonly IObjectStore _store;
    private readonly QueryOptions _options;

    public SystemRows(
        IEnumerable<ISystemTable> tables, IEnumerable<SystemDataset> datasets, ICatalog catalog, IObjectStore store, QueryOptions options)
    {
        _tables = tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
        (_lists, _store, _options) = (new StatementLists(catalog), store, options);
        Shapes =
        [
            .. OfCatalog.Select(t => new SystemTableShape(t.Name, t.Columns)),
            .. _tables.Values.Select(t => new SystemTableShape(t.Name, t.Columns)),
            .. datasets.Select(d => new SystemTableShape(d.Table, [.. d.Columns.Select(c => new QueryColumn(c.Name, c.Type))], IsDataset: true)),
        ];
    }

    /// <summary>The tables that statements can name.</summary>
    public IReadOnlyList<SystemTableShape> Shapes { get; }

    public async Task<ReadOnlyMemory<byte>> ReadAsync(string statement, string table, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(output, Json);
        json.WriteStartArray();
        if (_ofCatalog.TryGetValue(table, out var ofCatalog))
        {
            foreach (var row in ofCatalog.Read(_lists.Of(statement)))
            {
                Write(table, row);
            }
        }
        else
        {
            await foreach (var row in _tables[table].ReadAsync(cancellationToken))
            {
                Write(table, row);
            }
        }

        json.WriteEndArray();
        await json.FlushAsync(cancellationToken);
        return output.WrittenMemory;

        void Write(string table, IReadOnlyList<object?> row)
        {
            json.WriteStartArray();
            foreach (var value in row)
            {
                SystemRows.Write(json, value);
            }

            json.WriteEndArray();
            if (output.WrittenCount + json.BytesPending > _options.MaxMessageBytes - FrameBytes)
            {
                throw new LakehouseException(
                    ErrorKind.InvalidInput,
                    "system_table_too_large",
                    $"The rows of lakehouse.{table} take more than {_options.MaxMessageBytes} bytes (query.max_message_bytes), with which they must be read at "
                    + "once. Raise the bound, or use the calls of /v1/catalog, which answer page by page.");
            }
        }
    }

    public async Task<IReadOnlyList<string>> FindFilesAsync(string statement, string dataset, CancellationToken cancellationToken)
    {
        if (_lists.Of(statement).FindDataset(dataset) is not { } manifest)
        {
            return [];
        }

        var files = new List<ILocalFile>();
        foreach (var data in manifest.Objects)
        {
            if (await _store.LocalizeAsync(data.Key, new ContentHash(data.SizeBytes, data.Sha256), cancellationToken) is { } file)
            {
                files.Add(file);
            }
        }

        // No statement owns them, so that they are held for as long as one may run.
        _ = Task.Delay(_options.Timeout, CancellationToken.None).ContinueWith(
            _ => files.ForEach(f => f.Dispose()), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return [.. files.Select(f => f.Path)];
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "system tables have no values of this type");
        }
    }
}
