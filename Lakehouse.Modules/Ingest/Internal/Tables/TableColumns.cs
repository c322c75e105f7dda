using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>The columns of a file, as far as its records are known. Not thread-safe.</summary>
internal sealed class TableColumns
{
    private const int ValueLengthMax = 80;

    private readonly NestedCount _nested = new();
    private readonly List<string> _names;
    private readonly List<DeclaredType?> _declared;
    private ColumnProfile[] _profiles;
    private (ColumnKind Before, long Line, string Value)[] _evidence;
    private NestedShape?[] _shapes;

    public TableColumns(IReadOnlyList<string> names, IReadOnlyList<DeclaredType?> declared, ValueRules rules)
    {
        (_names, _declared, Rules) = ([.. names], [.. declared], rules);
        HasDeclared = declared.Any(d => d is not null);
        _profiles = new ColumnProfile[names.Count];
        _evidence = new (ColumnKind, long, string)[names.Count];
        _shapes = new NestedShape?[names.Count];
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>For each column the type that was told; null where it is found out.</summary>
    public IReadOnlyList<DeclaredType?> Declared => _declared;

    /// <summary>Whether a type was told for any column.</summary>
    public bool HasDeclared { get; private set; }

    /// <summary>How values are read; the doubt about points is that of the file that is being read.</summary>
    public ValueRules Rules { get; set; }

    /// <summary>The count of columns.</summary>
    public int Count => _names.Count;

    /// <summary>What is known of each column.</summary>
    public ReadOnlySpan<ColumnProfile> Profiles => _profiles.AsSpan(0, _names.Count);

    /// <summary>Increases whenever a column's type, or the SQL that reads the column, changes.</summary>
    public int Version { get; private set; }

    /// <summary>Columns without types that were told.</summary>
    public static TableColumns Untold(int count, ValueRules rules) =>
        new([.. Enumerable.Range(1, count).Select(i => $"c{i}")], new DeclaredType?[count], rules);

    /// <summary>Adds a column, which has no value so far.</summary>
    public void Add(string name, DeclaredType? declared)
    {
        if (Count == _profiles.Length)
        {
            var size = Math.Max(8, Count * 2);
            Array.Resize(ref _profiles, size);
            Array.Resize(ref _evidence, size);
            Array.Resize(ref _shapes, size);
        }

        _names.Add(name);
        _declared.Add(declared);
        HasDeclared |= declared is not null;
        Version++;
    }

    /// <summary>The shape of the objects and arrays in a column.</summary>
    public NestedShape Shape(int column) => _shapes[column] ??= new NestedShape(_nested);

    /// <summary>Notes that a shape has changed.</summary>
    public void SetShapeChanged() => Version++;

    /// <summary>Takes the next state of a column.</summary>
    /// <param name="column">Its index.</param>
    /// <param name="next">The state.</param>
    /// <param name="line">The line of the value that made it.</param>
    /// <param name="value">That value.</param>
    public void Set(int column, ColumnProfile next, long line, ReadOnlySpan<byte> value)
    {
        if (next.Kind == ColumnKind.Text && _profiles[column].Kind != ColumnKind.Text)
        {
            _evidence[column] = (_profiles[column].Kind, line, Beginning(value));
        }

        _profiles[column] = next;
        Version++;
    }

    /// <summary>Takes what is known of the same columns elsewhere.</summary>
    public void Take(TableColumns known) => known.Profiles.CopyTo(_profiles);

    /// <summary>Takes back what the last values have changed.</summary>
    public void Restore(int column, ColumnProfile before)
    {
        _profiles[column] = before;
        Version++;
    }

    /// <summary>The type of each column, and why.</summary>
    /// <param name="types">DuckDB's names of the types.</param>
    /// <param name="isTold">Whether the request has told the type of a column.</param>
    public IReadOnlyList<ColumnDecision> Explain(IReadOnlyList<string> types, Func<string, bool> isTold)
    {
        var decisions = new ColumnDecision[Count];
        for (var i = 0; i < decisions.Length; i++)
        {
            var ((before, line, value), profile) = (_evidence[i], _profiles[i]);
            decisions[i] = Declared[i] is not null ? new ColumnDecision(Names[i], types[i], isTold(Names[i]) ? ColumnDecision.Told : "the dataset's type")
                : profile.Kind == ColumnKind.Unknown ? new ColumnDecision(Names[i], types[i], "no value")
                : profile.Kind != ColumnKind.Text ? new ColumnDecision(Names[i], types[i], ReasonOfDataset(profile.Kind, types[i]))
                : profile.IsInDoubt ? new ColumnDecision(Names[i], types[i], "the point may separate thousands: say decimal=", line, value)
                : new ColumnDecision(Names[i], types[i], Reason(before), line, value);
        }

        return decisions;
    }

    /// <summary>Columns whose values are numbers or dates in the form that was told, and which are text nevertheless: because the dataset's are.</summary>
    /// <param name="types">DuckDB's names of the types.</param>
    public IReadOnlyList<string> FindKeptAsText(IReadOnlyList<string> types)
    {
        var names = new List<string>();
        for (var i = 0; i < Count; i++)
        {
            var isTold = _profiles[i].Kind is ColumnKind.DateAsTold or ColumnKind.TimestampAsTold
                || (Rules.Number is not null && _profiles[i].Kind is ColumnKind.Integer or ColumnKind.Float);
            if (isTold && Declared[i] is null && types[i] == TableSchema.TypeName(ColumnKind.Text))
            {
                names.Add(Names[i]);
            }
        }

        return names;
    }

    private static string? ReasonOfDataset(ColumnKind found, string type) =>
        found is ColumnKind.Nested ? type == TableSchema.TypeName(ColumnKind.Text) ? "the dataset's type; objects or arrays in this file" : null
        : TableSchema.TypeName(found) is var own && own != type ? $"the dataset's type; {own} in this file"
        : null;

    private static string? Reason(ColumnKind before) => before switch
    {
        ColumnKind.Unknown => null,
        ColumnKind.Nested => "objects or arrays until then",
        _ => $"{TableSchema.TypeName(before)} until then",
    };

    /// <summary>The beginning of a value, for a person.</summary>
    public static string Beginning(ReadOnlySpan<byte> value) => Utf8Text.Beginning(value, ValueLengthMax);
}
