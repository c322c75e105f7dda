using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>
/// Chooses the data files that are merged: neighbours of about the same size, as in a log-structured merge tree, so that a row is written again only as often
/// as its file has doubled.
/// </summary>
internal static class SmallFiles
{
    private const long SmallestBytes = 64 << 10;

    /// <summary>Finds files to merge.</summary>
    /// <param name="files">The files of a dataset, in the order of its rows.</param>
    /// <param name="filesMin">How many neighbours are worth it, 2 or more.</param>
    /// <param name="growth">How many times larger the files of the next size are, 2 or more.</param>
    /// <param name="sizeBytesMax">Larger files stay as they are.</param>
    /// <returns>The position of the first and the count; a count of 0 when there are none.</returns>
    public static (int Start, int Count) Find(IReadOnlyList<DataFile> files, int filesMin, int growth, long sizeBytesMax)
    {
        for (var limit = SmallestBytes; ; limit = Math.Min(sizeBytesMax, limit * growth))
        {
            var best = (Start: 0, Count: 0);
            for (var start = 0; start < files.Count;)
            {
                var (count, size) = (0, 0L);
                while (start + count < files.Count && IsOf(files[start + count], limit) && size + files[start + count].SizeBytes <= sizeBytesMax * growth)
                {
                    size += files[start + count++].SizeBytes;
                }

                var run = Balanced(files, start, count, filesMin);
                best = run.Count > best.Count ? run : best;
                start += Math.Max(1, count);
            }

            if (best.Count > 0)
            {
                return best;
            }

            if (limit >= sizeBytesMax)
            {
                return (0, 0);
            }
        }
    }

    /// <summary>The longest part of a run in which no file is larger than all others together, so that each merge at least doubles every file in it.</summary>
    private static (int Start, int Count) Balanced(IReadOnlyList<DataFile> files, int start, int count, int filesMin)
    {
        if (count < filesMin)
        {
            return (0, 0);
        }

        var (largest, total) = (start, 0L);
        for (var i = start; i < start + count; i++)
        {
            total += files[i].SizeBytes;
            largest = files[i].SizeBytes > files[largest].SizeBytes ? i : largest;
        }

        if (files[largest].SizeBytes * 2 <= total)
        {
            return (start, count);
        }

        var before = Balanced(files, start, largest - start, filesMin);
        var after = Balanced(files, largest + 1, start + count - largest - 1, filesMin);
        return before.Count > after.Count ? before : after;
    }

    /// <summary>Files that a client has stored are left to it.</summary>
    private static bool IsOf(DataFile file, long limit) => file.IsOwn && file.SizeBytes <= limit;
}
