using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>
/// Converts segments to Parquet on a few threads, each with its own single-threaded DuckDB instance. A single thread keeps the order of rows at no cost; with
/// several threads, the engine spends more on keeping the order than a second thread gains.
/// </summary>
internal sealed class SegmentConverter : IAsyncDisposable
{
    // DuckDB's own default, and the least that a filter or a top ten has to unpack.
    private const long GroupRowsMax = 122_880;
    private const long GroupRowsMin = 16_384;
    private const long GroupRowsUnit = 2_048; // the rows of a vector
    private const long GroupBytes = 10 << 20;
    private const long SmallBytes = 1 << 20;
    private const int HashBlock = 256 * 1024;

    private readonly IngestOptions _options;
    private readonly ConverterEngines _engines;
    private readonly RecordForm _form;
    private readonly string _folder;
    private readonly Func<TableSchema> _schema;
    private readonly IReadOnlyList<string> _sortBy;
    private readonly IReadOnlyDictionary<string, int>? _fieldIds;
    private readonly IIngestProgress? _progress;
    private readonly Channel<SpoolSegment> _queue = Channel.CreateUnbounded<SpoolSegment>();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _workers = [];
    private readonly Lock _gate = new();
    private readonly List<ConvertedSegment> _converted = [];

    /// <summary>Creates a converter. Its threads start with the first segments.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="engines">The instances.</param>
    /// <param name="form">The form of the segments' records.</param>
    /// <param name="folder">The folder for the Parquet files.</param>
    /// <param name="schema">Returns the schema so far. Called before each segment is converted; the schema then covers every value of the segment.</param>
    /// <param name="sortBy">The columns by which the rows of each file are sorted, as far as it has them; empty for none.</param>
    /// <param name="fieldIds">The field ids that other engines have chosen for columns; null for none.</param>
    /// <param name="progress">Is told how many rows are converted; null for nobody.</param>
    public SegmentConverter(
        IngestOptions options, ConverterEngines engines, RecordForm form, string folder, Func<TableSchema> schema,
        IReadOnlyList<string> sortBy, IReadOnlyDictionary<string, int>? fieldIds, IIngestProgress? progress)
    {
        (_options, _engines, _form, _folder, _schema, _sortBy, _progress) = (options, engines, form, folder, schema, sortBy, progress);
        _fieldIds = fieldIds;
    }

    /// <summary>The types of a converted file's columns by name, as the engine writes them.</summary>
    public static Dictionary<string, string> ReadTypes(ConverterEngines engines, string path)
    {
        var types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        engines.Run(connection =>
        {
            using var statement = connection.Prepare(
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({DuckDbSql.Literal(path)}))");
            using var result = statement.Execute();
            while (result.FetchChunk() is { RowCount: > 0 } chunk)
            {
                using (chunk)
                {
                    for (var row = 0; row < chunk.RowCount; row++)
                    {
                        types.Add(Encoding.UTF8.GetString(chunk.GetVector(0).GetBytes(row)), Encoding.UTF8.GetString(chunk.GetVector(1).GetBytes(row)));
                    }
                }
            }
        });
        return types;
    }

    public void Add(SpoolSegment segment)
    {
        _queue.Writer.TryWrite(segment);
        if (_workers.Count < _options.Threads)
        {
            // A thread of its own where the engine will keep it for long; a small segment is done before one has started.
            var how = new FileInfo(segment.Path).Length < SmallBytes ? TaskCreationOptions.None : TaskCreationOptions.LongRunning;
            _workers.Add(Task.Factory.StartNew(RunAsync, _stop.Token, how, TaskScheduler.Default).Unwrap());
        }
    }

    /// <summary>Throws the error of a thread that has failed, so that the rest of the upload is not read for nothing.</summary>
    public Task ThrowIfFailedAsync() => _workers.Find(w => w.IsFaulted) ?? Task.CompletedTask;

    /// <summary>Waits until all added segments are converted. No more may be added.</summary>
    public async Task<IReadOnlyList<ConvertedSegment>> CompleteAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers).WaitAsync(cancellationToken);
        return [.. _converted.OrderBy(c => c.Segment.Index)];
    }

    /// <summary>Interrupts running conversions and waits for them, because they use the scratch files.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        ConverterEngine? engine = null;
        var isSound = false;
        try
        {
            await foreach (var segment in _queue.Reader.ReadAllAsync(_stop.Token))
            {
                isSound = false;
                engine ??= _engines.Take();
                var converted = Convert(engine.Connection, segment);
                isSound = true;
                lock (_gate)
                {
                    _converted.Add(converted);
                }

                _progress?.Converted(segment.RowCount);
            }
        }
        finally
        {
            if (isSound)
            {
                _engines.Return(engine!);
            }
            else
            {
                engine?.Dispose();
            }
        }
    }

    private ConvertedSegment Convert(DuckDbConnection connection, SpoolSegment segment)
    {
        var schema = _schema();
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.parquet");
        var sorted = _sortBy.Where(n => schema.Columns.Any(c => c.Name.Equals(n, StringComparison.OrdinalIgnoreCase))).Select(DuckDbSql.Identifier).ToList();
        var query = schema.Query(segment.Path, _form, _options.MaxRecordBytes);
        query = sorted.Count == 0 ? query : $"SELECT * FROM ({query}) ORDER BY {string.Join(", ", sorted)}";
        using var interruption = _stop.Token.Register(connection.Interrupt);
        try
        {
            var rows = Copy(
                connection,
                $"COPY ({query}) TO {DuckDbSql.Literal(path)} (FORMAT parquet, COMPRESSION {_options.Compression}, ROW_GROUP_SIZE {GroupRows(segment)}"
                    + $"{FieldSchema.CopyOptions(schema.Columns, _fieldIds)})");
            if (rows != segment.RowCount)
            {
                throw Disagreement($"the engine read {rows} rows of {segment.RowCount}", null);
            }
        }
        catch (DuckDbException error)
        {
            throw Translate(error);
        }

        var (size, hash) = Seal(path);
        return new ConvertedSegment(segment, schema, path, size, hash);
    }

    /// <summary>
    /// The rows of a row group: about ten mebibytes of text. A reader unpacks whole groups, so that groups of long rows make small answers slow; and each group
    /// has a cost of its own, so that groups of short rows have as many of them as the engine's default.
    /// </summary>
    private static long GroupRows(SpoolSegment segment)
    {
        var rows = GroupBytes * segment.RowCount / Math.Max(1, new FileInfo(segment.Path).Length);
        return Math.Clamp(rows / GroupRowsUnit * GroupRowsUnit, GroupRowsMin, GroupRowsMax);
    }

    private static long Copy(DuckDbConnection connection, string sql)
    {
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        using var count = result.FetchChunk();
        return count?.GetVector(0).Get<long>(0) ?? -1;
    }

    /// <summary>
    /// Hashes the file. A large one is flushed to the disk while other segments are still being converted: the bucket, which flushes all, then has less to do.
    /// </summary>
    private static (long SizeBytes, string Sha256) Seal(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(HashBlock);
        var size = 0L;
        while (RandomAccess.Read(file, block, size) is var count and > 0)
        {
            hash.AppendData(block, 0, count);
            size += count;
        }

        ArrayPool<byte>.Shared.Return(block);
        if (size >= SmallBytes)
        {
            RandomAccess.FlushToDisk(file);
        }

        return (size, System.Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private Exception Translate(DuckDbException error)
    {
        if (_stop.IsCancellationRequested)
        {
            return new OperationCanceledException(error.Message, error, _stop.Token);
        }

        return error.Kind switch
        {
            DuckDbErrorKind.InputOutput when error.Message.Contains("No space left", StringComparison.Ordinal)
                || error.Message.Contains("quota", StringComparison.OrdinalIgnoreCase) =>
                new LakehouseException(
                    ErrorKind.InsufficientStorage,
                    "disk_full",
                    "The disk that holds the data folder is full. Nothing was registered; free some space and try again.",
                    error),
            DuckDbErrorKind.OutOfMemory =>
                new LakehouseException(
                    ErrorKind.InsufficientStorage,
                    "out_of_memory",
                    "The file needs more memory than ingest.memory_limit allows. Nothing was registered; raise it, or lower ingest.segment_bytes.",
                    error),
            _ => Disagreement("the engine refused a segment", error),
        };
    }

    /// <summary>The engine refuses or miscounts a file that the scanner has accepted. This is a bug in this program, and nothing is registered.</summary>
    private static LakehouseException Disagreement(string what, Exception? inner) =>
        new(ErrorKind.Failed, "ingest_failed", $"The file passed every check, and yet {what}. Nothing was registered; please report this.", inner);
}
