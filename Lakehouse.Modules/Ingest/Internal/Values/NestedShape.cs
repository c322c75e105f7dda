using System.Text;
using System.Text.Json;
using Lakehouse.Ingest.Internal.Tables;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>
/// What the objects and arrays of a column look like: the join of the shapes of its values. As with <see cref="ColumnProfile"/>, the order of the values does
/// not matter, but for which column is the first with too many members for one file. Where values have nothing in common, or too many names to be a type, the
/// shape is JSON, which keeps them as they were sent.
/// </summary>
internal sealed class NestedShape
{
    // More names than that are keys of a map, rather than members of a record. DuckDB has the same bound.
    private const int MembersMax = 200;
    private const int NodesMax = 2_000;
    private const int DepthMax = 16;

    private readonly NestedShape _root;
    private readonly NestedCount _all;
    private readonly int _depth;
    private int _nodes = 1;
    private ColumnProfile _scalar;
    private List<Member>? _members;
    private Dictionary<string, int>? _byName;
    private NestedShape? _element;
    private bool _isJson;
    private bool _hasObject;
    private bool _hasOther;
    private int _visit;

    /// <summary>Creates the shape of a column without values.</summary>
    /// <param name="all">Counts the nodes of all columns of the file.</param>
    public NestedShape(NestedCount all) => (_root, _all) = (this, all);

    private NestedShape(NestedShape root, int depth) => (_root, _all, _depth) = (root, root._all, depth);

    /// <summary>Whether there was no value but null.</summary>
    public bool IsEmpty => !_isJson && !_hasObject && _element is null && _scalar.Kind is ColumnKind.Unknown;

    /// <summary>The values that are no objects and arrays, if all are such.</summary>
    public ColumnProfile? Scalar => Kinds == 1 && _element is null && !_hasObject ? _scalar : null;

    /// <summary>What the arrays hold, if all values are arrays.</summary>
    public NestedShape? Element => Kinds == 1 ? _element : null;

    /// <summary>The members of the objects, if all values are objects; they may have none.</summary>
    public IEnumerable<(string Name, NestedShape Shape)>? Members =>
        Kinds == 1 && _hasObject ? _members!.Select(m => (m.Name, m.Shape)) : null;

    // Texts among numbers or booleans, and numbers that no type holds, stay as they are written.
    private bool IsMixed => _scalar.Kind is ColumnKind.Text && _hasOther;

    private bool IsTooLarge => _root._nodes > NodesMax || _all.IsOver;

    private int Kinds => _isJson || IsMixed ? 0 : (_hasObject ? 1 : 0) + (_element is null ? 0 : 1) + (_scalar.Kind is ColumnKind.Unknown ? 0 : 1);

    /// <summary>The type of the values so far.</summary>
    public NestedType Type =>
        IsEmpty ? NestedType.Scalar("VARCHAR")
        : Scalar is { } scalar ? NestedType.Scalar(TableSchema.TypeName(scalar.Kind))
        : Element is { } element ? NestedType.List(element.Type)
        : Members is { } members && members.Any() ? NestedType.Struct([.. members.Select(m => (m.Name, m.Shape.Type))])
        : NestedType.Json;

    /// <summary>Takes the value at which a reader stands, which has been read once without an error, and leaves the reader at its end.</summary>
    /// <returns>Whether the shape has changed.</returns>
    public bool Take(ref Utf8JsonReader reader)
    {
        if (_isJson || _root._isJson)
        {
            (_members, _byName, _element) = (null, null, null);
            reader.Skip();
            return false;
        }

        // A level more than a type may have is not looked into.
        if (_depth == DepthMax && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            _isJson = true;
            reader.Skip();
            return true;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return TakeObject(ref reader);
            case JsonTokenType.StartArray:
                var isNew = _element is null;
                _element ??= Child();
                var isChanged = false;
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                {
                    isChanged |= _element.Take(ref reader);
                }

                return Bound() || isNew || isChanged;
            case JsonTokenType.Null:
                return false;
            default:
                return TakeScalar(ref reader);
        }
    }

    /// <summary>The type of a number in JSON: a whole number of 64 bits, else a DOUBLE; text where it is neither.</summary>
    public static ColumnKind Classify(ReadOnlySpan<byte> number, out long integer)
    {
        if (ValueForm.IsInteger(number, out integer))
        {
            return ColumnKind.Integer;
        }

        // A number with a point or an exponent is a double to nearly everything that writes JSON (RFC 8259, section 6); whole numbers of more digits are not.
        const int finiteMax = 300; // digits, without an exponent
        if (number.IndexOfAny((byte)'e', (byte)'E') < 0 && number.Length <= finiteMax)
        {
            return number.Contains((byte)'.') || number.SequenceEqual("-0"u8) ? ColumnKind.Float : ColumnKind.Text;
        }

        var isWhole = number.IndexOfAny(".eE"u8) < 0;
        return !isWhole && double.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? ColumnKind.Float
            : ColumnKind.Text;
    }

    private bool TakeScalar(ref Utf8JsonReader reader)
    {
        var next = Next(ref reader);
        var hasOther = _hasOther || reader.TokenType is not JsonTokenType.String;
        var isChanged = !next.Equals(_scalar) || hasOther != _hasOther;
        (_scalar, _hasOther) = (next, hasOther);
        return isChanged;
    }

    private ColumnProfile Next(ref Utf8JsonReader reader)
    {
        if (_scalar.Kind is ColumnKind.Text)
        {
            return _scalar;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return _scalar.With(Classify(reader.ValueSpan, out var integer), integer);
            case JsonTokenType.String:
                var kind = reader.ValueIsEscaped || reader.ValueSpan.IsEmpty ? ColumnKind.Text : ValueForm.Classify(reader.ValueSpan, _scalar.Kind, out _);
                return _scalar.With(kind is ColumnKind.Date or ColumnKind.Time or ColumnKind.Timestamp or ColumnKind.TimestampTz ? kind : ColumnKind.Text);
            default:
                return _scalar.With(ColumnKind.Boolean);
        }
    }

    private bool TakeObject(ref Utf8JsonReader reader)
    {
        var isChanged = !_hasObject;
        _hasObject = true;
        _members ??= [];
        _visit++;
        var expected = 0;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var index = _isJson || _root._isJson ? -1 : Find(ref reader, expected, ref isChanged);
            reader.Read();
            if (index < 0 || _members[index].Visit == _visit)
            {
                // Names that a record cannot have, and names that come twice in one.
                isChanged |= !_isJson;
                _isJson = true;
                reader.Skip();
                continue;
            }

            _members[index].Visit = _visit;
            isChanged |= _members[index].Shape.Take(ref reader);
            expected = index + 1;
        }

        return Bound() || isChanged;
    }

    private int Find(ref Utf8JsonReader reader, int expected, ref bool isChanged)
    {
        if (expected < _members!.Count && reader.ValueTextEquals(_members[expected].Utf8))
        {
            return expected;
        }

        var name = reader.GetString()!;
        _byName ??= new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        if (_byName.TryGetValue(name, out var known))
        {
            return _members[known].Name == name ? known : -1;
        }

        if (name.Length == 0 || _members.Count == MembersMax || IsTooLarge)
        {
            return -1;
        }

        isChanged = true;
        _byName.Add(name, _members.Count);
        _members.Add(new Member(name, Child()));
        return _members.Count - 1;
    }

    private NestedShape Child()
    {
        _root._nodes++;
        _all.Add(1);
        return new NestedShape(_root, _depth + 1);
    }

    /// <summary>A column with too many members in all to be a type, or that makes too many of all columns, is JSON as a whole.</summary>
    private bool Bound()
    {
        var isChanged = !_root._isJson && IsTooLarge;
        _root._isJson |= isChanged;
        if (_root._isJson)
        {
            _all.Add(1 - _root._nodes);
            _root._nodes = 1;
        }

        return isChanged;
    }

    private sealed class Member(string name, NestedShape shape)
    {
        public string Name => name;

        public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

        public NestedShape Shape => shape;

        public int Visit { get; set; }
    }
}
