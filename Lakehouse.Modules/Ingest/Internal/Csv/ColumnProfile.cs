namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// The type of a column: the join of the types of its values. A new value can only move it towards <see cref="ColumnKind.Text"/>, and the order of the values
/// does not matter, so the same file always gives the same schema. A struct, because a file has millions of values.
/// </summary>
internal struct ColumnProfile
{
    // 2^53: a DOUBLE represents every whole number up to it exactly, but not every one beyond it.
    private const long ExactInDoubleMax = 1L << 53;

    private bool _hasWideInteger;

    /// <summary>The type so far.</summary>
    public ColumnKind Kind { get; private set; }

    /// <summary>True when a value was <c>""</c>: an empty text in a text column, NULL in any other.</summary>
    public bool HasQuotedEmpty { get; private set; }

    /// <summary>Adds a value that is not empty. True when the type has changed.</summary>
    public bool Observe(ReadOnlySpan<byte> value)
    {
        if (Kind == ColumnKind.Text)
        {
            return false;
        }

        var joined = Join(value);
        var hasChanged = joined != Kind;
        Kind = joined;
        return hasChanged;
    }

    /// <summary>Adds a value that is certainly text. True when the type has changed.</summary>
    public bool ObserveText()
    {
        var hasChanged = Kind != ColumnKind.Text;
        Kind = ColumnKind.Text;
        return hasChanged;
    }

    /// <summary>Adds <c>""</c>. True when the SQL that reads the column must change.</summary>
    public bool ObserveQuotedEmpty()
    {
        var hasChanged = !HasQuotedEmpty;
        HasQuotedEmpty = true;
        return hasChanged;
    }

    private ColumnKind Join(ReadOnlySpan<byte> value)
    {
        var kind = CsvValue.Classify(value, Kind, out var integer);
        if (kind == ColumnKind.Integer && integer is > ExactInDoubleMax or < -ExactInDoubleMax)
        {
            _hasWideInteger = true;
        }

        if (Kind == ColumnKind.Unknown || kind == Kind)
        {
            return kind;
        }

        var isNumeric = Kind is ColumnKind.Integer or ColumnKind.Float && kind is ColumnKind.Integer or ColumnKind.Float;
        return isNumeric && !_hasWideInteger ? ColumnKind.Float : ColumnKind.Text;
    }
}
