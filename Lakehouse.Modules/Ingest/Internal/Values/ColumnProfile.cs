using System.Runtime.InteropServices;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>
/// The type of a column: the join of the types of its values. A new value can only move it towards <see cref="ColumnKind.Text"/>, and the order of the values
/// does not matter, so the same file always gives the same schema. A struct of a few bytes, because a file has millions of values: a caller asks for the next
/// state, which rarely differs, and may take it or not.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct ColumnProfile : IEquatable<ColumnProfile>
{
    // 2^53: a DOUBLE represents every whole number up to it exactly, but not every one beyond it.
    private const long ExactInDoubleMax = 1L << 53;

    private const byte WideInteger = 1;
    private const byte QuotedEmpty = 2;
    private const byte DoubtfulPoint = 4;
    private const byte CertainPoint = 8;

    private readonly ColumnKind _joined;
    private readonly byte _flags;

    private ColumnProfile(ColumnKind joined, int flags) => (_joined, _flags) = (joined, (byte)flags);

    /// <summary>The type so far. Numbers are text as long as each of them may have its point between thousands.</summary>
    public ColumnKind Kind => _joined is ColumnKind.Float && IsInDoubt ? ColumnKind.Text : _joined;

    /// <summary>Whether the column would be numbers, if it were certain that their point is a decimal point.</summary>
    public bool IsInDoubt => _joined is ColumnKind.Float && (_flags & (DoubtfulPoint | CertainPoint)) == DoubtfulPoint;

    /// <summary>Whether every number so far is the same as a DOUBLE.</summary>
    public bool IsExactInDouble => (_flags & WideInteger) == 0;

    /// <summary>True when a value was <c>""</c>: an empty text in a text column, NULL in any other.</summary>
    public bool HasQuotedEmpty => (_flags & QuotedEmpty) != 0;

    /// <summary>The state after a value that is not empty and is not NULL.</summary>
    public ColumnProfile With(ReadOnlySpan<byte> value, ValueRules rules)
    {
        if (_joined == ColumnKind.Text)
        {
            return this;
        }

        var kind = rules.Classify(value, _joined, out var integer);
        var flag = kind == ColumnKind.Float && rules.IsPointDoubtful ? MayHaveThousands(value) ? DoubtfulPoint : CertainPoint : 0;
        return With(kind, integer, flag);
    }

    /// <summary>The state after a value of a type.</summary>
    /// <param name="kind">The type.</param>
    /// <param name="integer">The number, when the type is <see cref="ColumnKind.Integer"/>.</param>
    public ColumnProfile With(ColumnKind kind, long integer = 0) => With(kind, integer, 0);

    private ColumnProfile With(ColumnKind kind, long integer, int flag)
    {
        var flags = _flags | flag;
        if (kind == ColumnKind.Integer && integer is > ExactInDoubleMax or < -ExactInDoubleMax)
        {
            flags |= WideInteger;
        }

        if (_joined == ColumnKind.Unknown || kind == _joined)
        {
            return new ColumnProfile(kind, flags);
        }

        var isNumeric = _joined is ColumnKind.Integer or ColumnKind.Float && kind is ColumnKind.Integer or ColumnKind.Float;
        return new ColumnProfile(isNumeric && (flags & WideInteger) == 0 ? ColumnKind.Float : ColumnKind.Text, flags);
    }

    /// <summary>The state after a value that is certainly text.</summary>
    public ColumnProfile WithText() => new(ColumnKind.Text, _flags);

    /// <summary>The state after <c>""</c>.</summary>
    public ColumnProfile WithQuotedEmpty() => new(_joined, _flags | QuotedEmpty);

    public bool Equals(ColumnProfile other) => _joined == other._joined && _flags == other._flags;

    public override bool Equals(object? obj) => obj is ColumnProfile other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_joined, _flags);

    /// <summary><c>1.200</c>: up to three digits, a point, three digits.</summary>
    private static bool MayHaveThousands(ReadOnlySpan<byte> value)
    {
        var digits = value[0] == '-' ? value[1..] : value;
        return digits.IndexOf((byte)'.') is >= 1 and <= 3 and var point && digits.Length == point + 4 && digits[0] != '0';
    }
}
