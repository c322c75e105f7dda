using System.Text;
using Spectre.Console;

namespace Lakehouse.Host.Cli.Sql;

/// <summary>Writes a table for a person: the first 1,000 rows, as many columns as fit the terminal, and the counts of all rows and columns.</summary>
/// <param name="width">The width of the terminal in characters.</param>
internal sealed class TableAnswerWriter(int width) : ISqlAnswerWriter
{
    private const int RowsMax = 1_000;
    private const int TextMax = 200;

    // A narrower column would show nothing useful. Its border and padding take three characters.
    private const int ColumnWidthMin = 8;
    private const int BorderWidth = 3;

    private readonly Table _table = new() { Border = TableBorder.Rounded };
    private readonly List<Text> _row = [];
    private int _columns;
    private int _shown;
    private int _column;
    private long _rows;

    public void Begin(IReadOnlyList<string> columns)
    {
        _columns = columns.Count;
        _shown = Math.Clamp((width - 1) / (ColumnWidthMin + BorderWidth), 1, Math.Max(1, columns.Count));
        foreach (var column in columns.Take(_shown))
        {
            _table.AddColumn(new TableColumn(new Text(column)));
        }
    }

    public void Add(ReadOnlySpan<byte> value, SqlValueKind kind)
    {
        if (_column++ < _shown && _rows < RowsMax)
        {
            _row.Add(Cell(value, kind));
        }
    }

    public void EndRow()
    {
        if (_rows++ < RowsMax)
        {
            _table.AddRow(_row);
        }

        _row.Clear();
        _column = 0;
    }

    public ValueTask DisposeAsync()
    {
        AnsiConsole.Write(_table);
        var rows = _rows > RowsMax ? $"the first {RowsMax:N0} of {_rows:N0} rows" : $"{_rows:N0} row{(_rows == 1 ? string.Empty : "s")}";
        AnsiConsole.WriteLine(_shown < _columns ? $"{rows}, the first {_shown} of {_columns} columns; a pipe gets them all" : rows);
        return ValueTask.CompletedTask;
    }

    private static Text Cell(ReadOnlySpan<byte> value, SqlValueKind kind)
    {
        var text = kind == SqlValueKind.Null ? "NULL" : Encoding.UTF8.GetString(value);
        return new Text(text.Length > TextMax ? string.Concat(text.AsSpan(0, TextMax - 1), "…") : text);
    }
}
