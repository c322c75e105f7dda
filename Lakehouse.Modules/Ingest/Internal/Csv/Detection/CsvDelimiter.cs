namespace Lakehouse.Ingest.Internal.Csv.Detection;

/// <summary>Detects the delimiter of a file from its first records.</summary>
internal static class CsvDelimiter
{
    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>
    /// Returns the delimiter with which all records have the same number of fields; of several, the one with the most fields. If none splits all records
    /// consistently into more than one field, returns the one that splits the first record into the most fields, so that the error about the other records
    /// makes sense.
    /// </summary>
    /// <param name="data">The start of the file.</param>
    /// <param name="dialect">How to read it, but for the delimiter.</param>
    /// <param name="isWholeFile">Whether the file ends with <paramref name="data"/>.</param>
    public static byte Detect(ReadOnlySpan<byte> data, CsvDialect dialect, bool isWholeFile)
    {
        var (best, bestScore) = (Candidates[0], 0);
        foreach (var candidate in Candidates)
        {
            var score = Score(CsvSample.Read(data, dialect with { Delimiter = candidate }, isWholeFile));
            if (score > bestScore)
            {
                (best, bestScore) = (candidate, score);
            }
        }

        return best;
    }

    /// <summary>A consistent split scores higher than every inconsistent one. A single field scores 0, because every record has at least one.</summary>
    private static int Score(CsvSample sample)
    {
        const int consistent = 1 << 20;
        var width = sample.IsConsistent ? sample.Width : sample.FirstWidth;
        return width <= 1 ? 0 : width + (!sample.IsConsistent ? 0 : sample.PreambleCount == 0 ? 2 * consistent : consistent);
    }
}
