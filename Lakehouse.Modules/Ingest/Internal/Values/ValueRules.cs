using System.Text;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>How the values of a file are read: what the reader was told, and what is in doubt.</summary>
internal sealed class ValueRules
{
    private readonly byte[][] _nulls;
    private readonly int _nullLengthMax;
    private readonly bool _isPlain;

    public ValueRules(IReadOnlyList<string> nulls, NumberFormat? number, TimeFormat? date, TimeFormat? timestamp, bool isPointDoubtful)
    {
        _nulls = [.. nulls.Select(Encoding.UTF8.GetBytes)];
        _nullLengthMax = _nulls.Length == 0 ? 0 : _nulls.Max(n => n.Length);
        (Nulls, Number, Date, Timestamp, IsPointDoubtful) = (nulls, number, date, timestamp, isPointDoubtful);
        _isPlain = number is null && date is null && timestamp is null;
    }

    /// <summary>Nothing was told, and nothing is in doubt.</summary>
    public static ValueRules Plain { get; } = new([], null, null, null, false);

    /// <summary>Texts that mean NULL where they are not quoted.</summary>
    public IReadOnlyList<string> Nulls { get; }

    /// <summary>How numbers are written; null: with a decimal point, without groups.</summary>
    public NumberFormat? Number { get; }

    /// <summary>How dates are written, besides ISO 8601.</summary>
    public TimeFormat? Date { get; }

    /// <summary>How timestamps are written, besides ISO 8601.</summary>
    public TimeFormat? Timestamp { get; }

    /// <summary>
    /// Whether <c>1.200</c> may be one thousand two hundred: where the delimiter is a semicolon, the comma probably is the decimal separator.
    /// </summary>
    public bool IsPointDoubtful { get; }

    /// <summary>Whether a field that is not quoted means NULL.</summary>
    public bool IsNull(ReadOnlySpan<byte> value)
    {
        if (value.Length > _nullLengthMax)
        {
            return false;
        }

        foreach (var text in _nulls)
        {
            if (value.SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The type of a value that is not empty.</summary>
    /// <param name="value">UTF-8.</param>
    /// <param name="guess">The type to try first: the column's type so far.</param>
    /// <param name="integer">The number, when the type is <see cref="ColumnKind.Integer"/>.</param>
    public ColumnKind Classify(ReadOnlySpan<byte> value, ColumnKind guess, out long integer) =>
        _isPlain ? ValueForm.Classify(value, guess, out integer) : ClassifyAsTold(value, guess, out integer);

    private ColumnKind ClassifyAsTold(ReadOnlySpan<byte> value, ColumnKind guess, out long integer)
    {
        integer = 0;
        if (Date is not null && Date.Accepts(value))
        {
            return ColumnKind.DateAsTold;
        }

        if (Timestamp is not null && Timestamp.Accepts(value))
        {
            return ColumnKind.TimestampAsTold;
        }

        var kind = ValueForm.Classify(value, guess, out integer);
        if (Number is null || kind is not (ColumnKind.Integer or ColumnKind.Float or ColumnKind.Text))
        {
            return kind;
        }

        Span<byte> number = stackalloc byte[NumberFormat.LengthMax];
        var length = Number.Normalise(value, number);
        kind = length == 0 ? ColumnKind.Text : ValueForm.Classify(number[..length], guess, out integer);
        return kind is ColumnKind.Integer or ColumnKind.Float ? kind : ColumnKind.Text;
    }
}
