namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Finds the delimiter of a file from its start.</summary>
internal static class CsvDelimiter
{
    private const int RecordsMax = 500;

    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>
    /// The one that gives every record as many fields as the first, and the most of them; where none gives more than one field
    /// consistently, the one that splits the first record most, so that the error about the other records makes sense.
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

    /// <summary>A consistent split outweighs every inconsistent one. One field alone is consistent with everything and scores nothing.</summary>
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
