using System.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>Writes rows as JSON arrays or objects.</summary>
internal sealed class RowWriter
{
    private readonly ColumnJson[] _columns;
    private readonly byte[][] _starts;
    private readonly byte _end;

    /// <summary>Prepares for the columns of a result.</summary>
    /// <param name="columns">The columns; for objects, with names that are unique.</param>
    /// <param name="options">How values are written.</param>
    /// <param name="hasObjects">True for objects, false for arrays.</param>
    public RowWriter(IReadOnlyList<DuckDbColumn> columns, ValueOptions options, bool hasObjects)
    {
        _columns = [.. columns.Select(c => ColumnJson.For(c.Type, options))];
        _starts = [.. columns.Select((c, i) => (byte[])[.. StartOf(i, hasObjects), .. hasObjects ? JsonName.Encode(c.Name) : []])];
        _end = hasObjects ? (byte)'}' : (byte)']';
    }

    /// <summary>Called for each chunk before its rows.</summary>
    public void Bind(DuckDbChunk chunk)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Bind(chunk.GetVector(i));
        }
    }

    /// <summary>Writes one row of the chunk.</summary>
    public void Write(ref JsonOutput json, int row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_starts[i] is [var only])
            {
                json.Write(only);
            }
            else
            {
                json.Write(_starts[i]);
            }

            _columns[i].Write(ref json, row);
        }

        json.Write(_end);
    }

    private static byte[] StartOf(int column, bool hasObjects) => Encoding.ASCII.GetBytes(column > 0 ? "," : hasObjects ? "{" : "[");
}
