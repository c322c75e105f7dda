using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Core.Observation;

namespace Lakehouse.Audit.Internal;

/// <summary>Writes requests as rows, with a writer for each thread.</summary>
internal static class AuditRowWriter
{
    private const int KeptBytesMax = 1 << 20;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _row;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>The row of a request, until this thread's next call.</summary>
    public static ReadOnlySpan<byte> Write(RequestRecord record, AuditTexts texts)
    {
        if (_row is null || _row.Capacity > KeptBytesMax)
        {
            _row = new ArrayBufferWriter<byte>(); // the last one was large, and threads are many
            _json = new Utf8JsonWriter(_row, Options);
        }

        _row.ResetWrittenCount();
        _json!.Reset();
        AuditColumns.Write(_json, record, texts);
        _json.Flush();
        return _row.WrittenSpan;
    }
}
