using System.Buffers;
using System.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Csv;

/// <summary>Delimited text (RFC 4180): a line of names, then a line for each row; lines end with CR LF. docs/sql.md describes every type.</summary>
/// <param name="options">How values are written.</param>
/// <param name="delimiter">What stands between two fields: a comma or a tab.</param>
internal sealed class CsvForm(ValueOptions options, byte delimiter) : IAnswerForm
{
    private readonly FieldWriter _field = new(delimiter);
    private ColumnCsv[] _columns = [];

    public bool ShowsCuts => false;

    public void Begin(DuckDbResult result, IBufferWriter<byte> output)
    {
        _columns = [.. result.Columns.Select(c => ColumnCsv.For(c.Type, options, _field))];
        var csv = new JsonOutput(output);
        for (var i = 0; i < result.Columns.Count; i++)
        {
            WriteDelimiter(ref csv, i);
            _field.Write(ref csv, Encoding.UTF8.GetBytes(result.Columns[i].Name));
        }

        csv.Write("\r\n"u8);
        csv.Complete();
    }

    public void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output)
    {
        var csv = new JsonOutput(output);
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Bind(chunk.GetVector(i));
        }

        for (var row = 0; row < rowCount; row++)
        {
            for (var i = 0; i < _columns.Length; i++)
            {
                WriteDelimiter(ref csv, i);
                _columns[i].Write(ref csv, row);
            }

            csv.Write("\r\n"u8);
        }

        csv.Complete();
    }

    public void End(long rowCount, bool isTruncated, IBufferWriter<byte> output)
    {
    }

    public void Dispose()
    {
    }

    private void WriteDelimiter(ref JsonOutput csv, int column)
    {
        if (column > 0)
        {
            csv.Write(delimiter);
        }
    }
}
