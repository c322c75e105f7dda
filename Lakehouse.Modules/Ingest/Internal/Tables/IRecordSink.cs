namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>Receives canonical records from a scanner.</summary>
internal interface IRecordSink
{
    /// <summary>Writes bytes: whole records, or a part of a record that later calls complete.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Called after each record. True when the segment is full and must end with this record.</summary>
    /// <param name="pendingBytes">Bytes that belong to the segment and were not written yet.</param>
    bool EndRecord(int pendingBytes);

    /// <summary>Ends the segment. All of its bytes were written before.</summary>
    void EndSegment();
}
