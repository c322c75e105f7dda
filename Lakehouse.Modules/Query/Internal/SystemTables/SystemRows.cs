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

    private readonly Dictionary<string, ISystemTable> _tables;
    private readonly ICatalog _catalog;
    private readonly IObjectStore _store;
    private readonly QueryOptions _options;

    public SystemRows(IEnumerable<ISystemTable> tables, ICatalog catalog, IObjectStore store, QueryOptions options)
    {
        var named = tables.ToList();
        _tables = named.Append(new NamesTable(catalog)).ToDictionary(t => t.Name, StringComparer.Ordinal);
        (_catalog, _store, _options) = (catalog, store, options);
        Shapes = [.. named.Select(t => new SystemTableShape(t.Name, t.Columns))];
    }

    /// <summary>The tables that statements can name.</summary>
    public IReadOnlyList<SystemTableShape> Shapes { get; }

    public async Task<ReadOnlyMemory<byte>> ReadAsync(string table, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(output, Json);
        json.WriteStartArray();
        await foreach (var row in _tables[table].ReadAsync(cancellationToken))
        {
            json.WriteStartArray();
            foreach (var value in row)
            {
                Write(json, value);
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

        json.WriteEndArray();
        await json.FlushAsync(cancellationToken);
        return output.WrittenMemory;
    }

    public async Task<IReadOnlyList<string>> FindFilesAsync(string dataset, CancellationToken cancellationToken)
    {
        if (_catalog.FindIgnoringCase(dataset) is not { } manifest)
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
