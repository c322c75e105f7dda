namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// The type of a column as the join of the types of its values. It only ever moves towards <see cref="ColumnKind.Text"/>, and the order of the values
/// does not matter: the same file always gives the same schema. A plain struct: a file has millions of values.
/// </summary>
internal struct ColumnProfile
{
    // 2^53: every whole number up to it is a DOUBLE, beyond it not every one is.
    private const long ExactInDoubleMax = 1L << 53;

    private bool _hasWideInteger;

    /// <summary>The type so far.</summary>
    public ColumnKind Kind { get; private set; }

    /// <summary>True when a value was <c>""</c>: an empty text in a text column, NULL in any other.</summary>
    public bool HasQuotedEmpty { get; private set; }

    /// <summary>Takes a value in, which is not empty. True when the type has changed.</summary>
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

    /// <summary>Takes in a value that is text beyond doubt. True when the type has changed.</summary>
    public bool ObserveText()
    {
        var hasChanged = Kind != ColumnKind.Text;
        Kind = ColumnKind.Text;
        return hasChanged;
    }

    /// <summary>Takes in <c>""</c>. True when the way to read the column has changed.</summary>
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
