using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary>A table for a person: the first thousand rows, and how many there are.</summary>
internal sealed class TableAnswerWriter : ISqlAnswerWriter
{
    private const int RowsMax = 1_000;
    private const int TextMax = 200;

    private readonly Table _table = new() { Border = TableBorder.Rounded };
    private long _rows;

    public void Begin(IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
        {
            _table.AddColumn(new TableColumn(new Text(column)));
        }
    }

    public void Add(JsonElement row)
    {
        if (_rows++ < RowsMax)
        {
            _table.AddRow([.. row.EnumerateArray().Select(Cell)]);
        }
    }

    public ValueTask DisposeAsync()
    {
        AnsiConsole.Write(_table);
        AnsiConsole.WriteLine(_rows > RowsMax ? $"the first {RowsMax:N0} of {_rows:N0} rows" : $"{_rows:N0} rows");
        return ValueTask.CompletedTask;
    }

    private static Text Cell(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Null => "NULL",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
        return new Text(text.Length > TextMax ? string.Concat(text.AsSpan(0, TextMax - 1), "…") : text);
    }
}
