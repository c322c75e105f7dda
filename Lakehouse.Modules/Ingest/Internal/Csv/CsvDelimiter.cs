namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Detects the delimiter of a file from its first records.</summary>
internal static class CsvDelimiter
{
    private const int RecordsMax = 500;

    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>
    /// Returns the delimiter with which all records have the same number of fields; of several, the one with the most fields. If none splits all records
    /// consistently into more than one field, returns the one that splits the first record into the most fields, so that the error about the other records
    /// makes sense.
    /// </summary>
    public static byte Detect(ReadOnlySpan<byte> sample, bool isWholeFile)
    {
        var (best, bestScore) = ((byte)',', 0);
        foreach (var candidate in Candidates)
        {
            var score = Score(sample, candidate, isWholeFile);
            if (score > bestScore)
            {
                (best, bestScore) = (candidate, score);
            }
        }

        return best;
    }

    /// <summary>A consistent split scores higher than every inconsistent one. A single field scores 0, because every record has at least one.</summary>
    private static int Score(ReadOnlySpan<byte> sample, byte delimiter, bool isWholeFile)
    {
        const int consistent = 1 << 20;
        var fields = new List<CsvField>();
        var width = 0;
        var position = 0;
        for (var record = 0; record < RecordsMax && position < sample.Length; record++)
        {
            var size = CsvRecord.Read(sample[position..], delimiter, isWholeFile, fields);
            if (size == 0)
            {
                break;
            }

            position += size;
            var isBlank = fields is [{ Text: "", IsQuoted: false }];
            width = record == 0 ? fields.Count : width;
            if (!isBlank && fields.Count != width)
            {
                return width > 1 ? width : 0;
            }
        }

        return width > 1 ? consistent + width : 0;
    }
}
