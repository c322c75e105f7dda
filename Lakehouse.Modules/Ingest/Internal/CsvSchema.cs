using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Lakehouse.Ingest.Internal.Csv;

namespace Lakehouse.Ingest.Internal;

/// <summary>The columns of a file as far as they are known, and the SQL that reads a segment with them. Two schemas are equal when their SQL is.</summary>
internal sealed class CsvSchema : IEquatable<CsvSchema>
{
    private readonly string _select;
    private readonly string _columns;

    public CsvSchema(string[] names, ReadOnlySpan<ColumnProfile> profiles)
    {
        var columns = new DatasetColumn[names.Length];
        var expressions = new string[names.Length];
        var declarations = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var type = TypeName(profiles[i].Kind);
            columns[i] = new DatasetColumn(names[i], type);

            // In a column that is not text, "" is NULL; a cast alone would fail on it.
            var isCast = profiles[i].HasQuotedEmpty && profiles[i].Kind is not (ColumnKind.Text or ColumnKind.Unknown);
            var identifier = DuckDbSql.Identifier(names[i]);
            expressions[i] = isCast ? $"CAST(nullif({identifier}, '') AS {type}) AS {identifier}" : identifier;
            declarations[i] = $"{DuckDbSql.Literal(names[i])}: {DuckDbSql.Literal(isCast ? "VARCHAR" : type)}";
        }

        Columns = columns;
        _select = string.Join(", ", expressions);
        _columns = string.Join(", ", declarations);
    }

    public IReadOnlyList<DatasetColumn> Columns { get; }

    /// <summary>A query over the canonical file at <paramref name="path"/>.</summary>
    public string Query(string path, byte delimiter, int recordBytesMax)
    {
        // A rewritten record has quotes around each field and doubled quotes inside it, so it is at most about twice as large.
        var lineBytesMax = (recordBytesMax * 2L) + 64;
        return $"""
            SELECT {_select} FROM read_csv({DuckDbSql.Literal(path)}, auto_detect = false, header = false, delim = '{(char)delimiter}', quote = '"', escape = '"',
                new_line = '\n', nullstr = '', allow_quoted_nulls = false, strict_mode = true, parallel = false, max_line_size = {lineBytesMax},
                buffer_size = {Math.Max(lineBytesMax * 2, 4 << 20)}, columns = {'{'}{_columns}{'}'})
            """;
    }

    public bool Equals(CsvSchema? other) => other is not null && _select == other._select && _columns == other._columns;

    public override bool Equals(object? obj) => Equals(obj as CsvSchema);

    public override int GetHashCode() => HashCode.Combine(_select, _columns);

    private static string TypeName(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Integer => "BIGINT",
        ColumnKind.Float => "DOUBLE",
        ColumnKind.Date => "DATE",
        ColumnKind.Time => "TIME",
        ColumnKind.Timestamp => "TIMESTAMP",
        ColumnKind.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        _ => "VARCHAR",
    };
}
