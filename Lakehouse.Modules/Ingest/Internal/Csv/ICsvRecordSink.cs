namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Takes canonical records from a scanner.</summary>
internal interface ICsvRecordSink
{
    /// <summary>Bytes of whole records, or a part of one that further calls complete.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>A record has ended. True when the segment is full and ends with it.</summary>
    /// <param name="pendingBytes">Bytes that belong to the segment and are not handed on yet.</param>
    bool EndRecord(int pendingBytes);

    /// <summary>Ends the segment; all of its bytes were handed on.</summary>
    void EndSegment();
}
