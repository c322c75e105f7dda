namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Reads the records of a CSV file once, adds their values to the columns, and writes the records in canonical form.</summary>
internal interface ICsvScanner
{
    /// <summary>Scans the records that end within <paramref name="data"/>.</summary>
    /// <param name="data">Starts with the first byte of a record.</param>
    /// <param name="isFinal">True when the file ends with <paramref name="data"/>.</param>
    /// <param name="line">The line on which the first record starts, from 1; then the line of the first record that was not scanned.</param>
    /// <returns>The count of bytes scanned; the rest is the start of a record.</returns>
    int Scan(ReadOnlySpan<byte> data, bool isFinal, ref long line);
}
