using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Search;
using Lakehouse.Vector;

namespace Lakehouse.Memory.Internal;

/// <summary>The indexes of spaces, which follow their datasets.</summary>
internal sealed class MemoryIndexes(IVectorIndexes indexes, IIndexImports imports, LakeOptions lake, MemoryOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>How many items the index of a space has; 0 where there is none.</summary>
    public long Count(SpaceName space) => Find(space)?.ItemCount ?? 0;

    /// <summary>Which model made the vectors of a space.</summary>
    public string ModelOf(SpaceName space) => (Find(space)?.Owner as VectorOrigin)?.Embedding?.ToString() ?? string.Empty;

    /// <summary>Begins to follow a space's dataset where that is not done yet.</summary>
    public async Task FollowAsync(SpaceName space, CancellationToken cancellationToken)
    {
        // A reader has what the writer imports. Another process may have begun it.
        if (lake.IsReader || Find(space) is not null || await IsThereAsync(space, cancellationToken))
        {
            return;
        }

        var request = new ImportRequest(
            space.Stored, MemoryColumns.Id, MemoryColumns.Task, null, MemoryColumns.Metadata, options.Model, Follow: true);
        try
        {
            await Caller.RunAsync(Caller.Program, () => imports.StartAsync(IndexName.Parse(space.Stored), request, cancellationToken));
        }
        catch (LakehouseException error) when (error.Code is "import_running")
        {
            // Another call has begun it just now.
        }
    }

    /// <summary>Waits a while until the index has what a version of the dataset has.</summary>
    /// <returns>Whether it has.</returns>
    public async Task<bool> WaitAsync(SpaceName space, Manifest dataset, CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            if ((Find(space)?.Owner as VectorOrigin)?.Dataset is { } origin && origin.Version >= dataset.RowsVersion)
            {
                return true;
            }

            if (time.GetElapsedTime(started) >= options.IndexWait)
            {
                return false;
            }
        }
    }

    private async Task<bool> IsThereAsync(SpaceName space, CancellationToken cancellationToken)
    {
        try
        {
            await indexes.ShowAsync(IndexName.Parse(space.Stored), cancellationToken);
            return true;
        }
        catch (LakehouseException error) when (error.Code == "index_not_found")
        {
            return false;
        }
    }

    private VectorIndexInfo? Find(SpaceName space) => indexes.FindOpen(IndexName.Parse(space.Stored));
}
