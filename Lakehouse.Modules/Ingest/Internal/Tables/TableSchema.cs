using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>The columns of a file as far as they are known, and the SQL that reads a segment with them. Two schemas are equal when their SQL is.</summary>
internal sealed class TableSchema : IEquatable<TableSchema>
{
    private readonly string _select;
    private readonly string _columns;
    private readonly string _nulls;
    private readonly string _mark;

    /// <summary>Makes the schema of the columns so far.</summary>
    /// <param name="known">The columns of the file.</param>
    /// <param name="dataset">
    /// The columns of the dataset: their order and their types are taken where all values fit. Those that the file does not have are left out. Null where the
    /// file does not follow a dataset.
    /// </param>
    public TableSchema(TableColumns known, IReadOnlyList<DatasetColumn>? dataset)
    {
        var fields = new Dictionary<string, int>(known.Count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < known.Count; i++)
        {
            fields[known.Names[i]] = i;
        }

        var types = dataset?.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        var read = new (string Type, string? Expression)[known.Count];
        var declarations = new string[known.Count];
        for (var i = 0; i < known.Count; i++)
        {
            read[i] = (types?.GetValueOrDefault(known.Names[i]) is { } type ? ReadAs(known, i, type) : null) ?? Read(known, i);
            declarations[i] = $"{DuckDbSql.Literal(known.Names[i])}: {DuckDbSql.Literal(read[i].Expression is null ? read[i].Type : "VARCHAR")}";
        }

        IReadOnlyList<string> names = dataset is null ? known.Names
            : [.. dataset.Select(c => c.Name).Where(fields.ContainsKey), .. known.Names.Where(n => !types!.ContainsKey(n))];
        var columns = new DatasetColumn[known.Count];
        var expressions = new string[known.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var field = fields[names[i]];
            columns[i] = new DatasetColumn(names[i], read[field].Type);
            expressions[i] = $"{read[field].Expression ?? DuckDbSql.Identifier(known.Names[field])} AS {DuckDbSql.Identifier(names[i])}";
        }

        Columns = columns;
        HasNested = columns.Any(c => NestedType.IsNested(c.Type));
        Types = [.. read.Select(r => r.Type)];
        _select = string.Join(", ", expressions);
        _columns = string.Join(", ", declarations);
        _mark = new string('_', known.Names.Select(n => n.Length).DefaultIfEmpty().Max() + 1);
        _nulls = string.Join(", ", known.Rules.Nulls.Prepend(string.Empty).Select(DuckDbSql.Literal));
    }

    /// <summary>Types that are found out, so that a dataset of others must say them to the reader.</summary>
    public static bool IsFoundOut(string type) => Enum.GetValues<ColumnKind>().Any(k => TypeName(k) == type);

    /// <summary>The type of each column of the file, in its order.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>The columns of the dataset that the file makes.</summary>
    public IReadOnlyList<DatasetColumn> Columns { get; }

    /// <summary>Whether a column has objects or arrays.</summary>
    public bool HasNested { get; }

    /// <summary>A query over the canonical file at <paramref name="path"/>.</summary>
    public string Query(string path, RecordForm form, int recordBytesMax)
    {
        // A rewritten record has quotes around each field and doubled quotes inside it, so it is at most about twice as large; one of JSON has a comma for
        // each column that it does not have.
        var lineBytesMax = (recordBytesMax * 2L) + Columns.Count + 64;
        var mark = form.IsOpen ? $"{DuckDbSql.Literal(_mark)}: 'VARCHAR', " : string.Empty;
        return $"""
            SELECT {_select} FROM read_csv({DuckDbSql.Literal(path)}, auto_detect = false, header = false,
                delim = {DuckDbSql.Literal($"{(char)form.Delimiter}")}, quote = '"', escape = '"', new_line = '\n', nullstr = [{_nulls}],
                allow_quoted_nulls = false, strict_mode = true, parallel = false, null_padding = {form.IsOpen}, max_line_size = {lineBytesMax},
                buffer_size = {Math.Max(lineBytesMax * 2, 4 << 20)}, columns = {'{'}{mark}{_columns}{'}'})
            """;
    }

    public bool Equals(TableSchema? other) => other is not null && _select == other._select && _columns == other._columns;

    public override bool Equals(object? obj) => Equals(obj as TableSchema);

    public override int GetHashCode() => HashCode.Combine(_select, _columns);

    /// <summary>
    /// The type of a column, and the expression that makes it of the text. Null where the engine reads the type by itself, which it does in the form that the
    /// scanner has checked.
    /// </summary>
    private static (string Type, string? Expression) Read(TableColumns known, int column)
    {
        var (profile, rules, identifier) = (known.Profiles[column], known.Rules, DuckDbSql.Identifier(known.Names[column]));

        // In a column that is not text, "" is NULL; a cast alone would fail on it.
        var text = profile.HasQuotedEmpty ? $"nullif({identifier}, '')" : identifier;
        if (known.Declared[column] is { } declared)
        {
            return (declared.Name, declared.Shape is ValueShape.Text ? null : $"CAST({Value(declared.Shape, text, rules)} AS {declared.Name})");
        }

        if (profile.Kind is ColumnKind.Nested)
        {
            return (known.Shape(column).Type.ToString(), known.Shape(column).Type.Read(text));
        }

        var type = TypeName(profile.Kind);
        ValueShape? shape = profile.Kind switch
        {
            ColumnKind.Integer or ColumnKind.Float when rules.Number is not null => ValueShape.Float,
            ColumnKind.DateAsTold => ValueShape.Date,
            ColumnKind.TimestampAsTold => ValueShape.Timestamp,
            _ => null,
        };
        return shape is { } told ? (type, $"CAST({Value(told, text, rules)} AS {type})")
            : profile.HasQuotedEmpty && profile.Kind is not (ColumnKind.Text or ColumnKind.Unknown) ? (type, $"CAST({text} AS {type})")
            : (type, null);
    }

    /// <summary>How a column is read as the type that the dataset has, if no value of it is lost by that; null otherwise.</summary>
    private static (string Type, string? Expression)? ReadAs(TableColumns known, int column, string type)
    {
        var (profile, identifier) = (known.Profiles[column], DuckDbSql.Identifier(known.Names[column]));
        var isNested = profile.Kind is ColumnKind.Nested && known.Declared[column] is null;
        if (isNested && NestedType.TryParse(type) is { } nested && nested.Covers(known.Shape(column)))
        {
            return (type, nested.Read(profile.HasQuotedEmpty ? $"nullif({identifier}, '')" : identifier));
        }

        var fits = known.Declared[column] is null && (profile.Kind == ColumnKind.Unknown || type == "VARCHAR"
            || (type == "DOUBLE" && profile.Kind == ColumnKind.Integer && profile.IsExactInDouble)
            || (type == "TIMESTAMP" && profile.Kind is ColumnKind.Date or ColumnKind.DateAsTold));
        return !fits || (profile.Kind is not ColumnKind.Nested && TypeName(profile.Kind) == type) ? null
            : type == "VARCHAR" ? (type, null)
            : profile.Kind == ColumnKind.Unknown ? (type, $"CAST(NULL AS {type})")
            : (type, $"CAST({Read(known, column).Expression ?? (profile.HasQuotedEmpty ? $"nullif({identifier}, '')" : identifier)} AS {type})");
    }

    /// <summary>The value of a text in the form that was told, ready to be cast.</summary>
    private static string Value(ValueShape shape, string text, ValueRules rules) => shape switch
    {
        ValueShape.Integer or ValueShape.Float or ValueShape.Decimal when rules.Number is { } number => Plain(text, number),
        ValueShape.Date when rules.Date is { } date => OfForm(text, date),
        ValueShape.Timestamp when rules.Timestamp is { } timestamp => OfForm(text, timestamp),
        _ => text,
    };

    /// <summary>A time in the form that was told, or in that of ISO 8601. What is in neither has been refused, or has made the column text.</summary>
    private static string OfForm(string text, TimeFormat form) => $"coalesce(try_strptime({text}, {DuckDbSql.Literal(form.Text)}), CAST({text} AS TIMESTAMP))";

    private static string Plain(string text, NumberFormat number)
    {
        var whole = number.Groups.Aggregate(text, (sql, group) => $"replace({sql}, {DuckDbSql.Literal(group)}, '')");
        return number.Point == '.' ? whole : $"replace({whole}, {DuckDbSql.Literal($"{number.Point}")}, '.')";
    }

    /// <summary>DuckDB's name of the type of a column.</summary>
    public static string TypeName(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Integer => "BIGINT",
        ColumnKind.Float => "DOUBLE",
        ColumnKind.Date or ColumnKind.DateAsTold => "DATE",
        ColumnKind.Time => "TIME",
        ColumnKind.Timestamp or ColumnKind.TimestampAsTold => "TIMESTAMP",
        ColumnKind.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        _ => "VARCHAR",
    };
}
