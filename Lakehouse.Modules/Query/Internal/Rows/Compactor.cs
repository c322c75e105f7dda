using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>
/// Merges small data files in the background, one dataset at a time. Each merge is a commit that changes no row; it does not wait for other writers and does
/// not hold them up: if one of them has rewritten a file meanwhile, the merge is given up.
/// </summary>
internal sealed partial class Compactor(RowEditor rows, ICatalog catalog, QueryOptions options, TimeProvider time, ILogger<Compactor> logger)
    : BackgroundService
{
    private const int LateFilesMin = 2;

    // What could not be merged is not tried again until the dataset has another version.
    private readonly Dictionary<Guid, long> _failed = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.CompactFiles == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.CompactEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var dataset in catalog.List().Concat(catalog.ListOfProgram()))
            {
                await CompactAsync(dataset, stoppingToken);
            }
        }
    }

    private async Task CompactAsync(Manifest dataset, CancellationToken cancellationToken)
    {
        var isQuiet = dataset.UpdatedAt < time.GetUtcNow() - options.CompactAfter;
        var filesMin = isQuiet ? LateFilesMin : options.CompactFiles;
        var hasFailed = _failed.GetValueOrDefault(dataset.DatasetId) == dataset.Version;
        if (dataset.Objects.Count < filesMin || dataset.Columns.Count == 0 || dataset.IsDerived || hasFailed)
        {
            return;
        }

        var (start, count) = SmallFiles.Find(dataset.Objects, filesMin, Math.Max(LateFilesMin, options.CompactFiles), options.CompactBytes);
        if (count == 0)
        {
            return;
        }

        try
        {
            var result = await rows.MergeAsync(dataset, [.. dataset.Objects.Skip(start).Take(count)], cancellationToken);
            LogMerged(count, dataset.Name.Value, result.Manifest.Version);
        }
        catch (LakehouseException error) when (error.Code is "version_conflict" or "schema_conflict" or "name_conflict")
        {
            // Another writer has changed these files; what it has left is looked at next time.
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Busy)
        {
            // There is other work to do; next time.
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the program goes on: a merge can wait.
            _failed[dataset.DatasetId] = dataset.Version;
            LogFailed(error, dataset.Name.Value);
        }
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Debug, Message = "Merged {Count} data files of {Dataset} in version {Version}")]
    private partial void LogMerged(int count, string dataset, long version);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning, Message = "Could not merge data files of {Dataset}")]
    private partial void LogFailed(Exception error, string dataset);
}
