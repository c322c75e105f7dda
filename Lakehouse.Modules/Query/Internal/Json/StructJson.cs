using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A STRUCT: an object; without names (a row), an array.</summary>
internal sealed class StructJson : ColumnJson
{
    private readonly ColumnJson[] _members;
    private readonly byte[][] _names;
    private readonly bool _isNamed;

    public StructJson(DuckDbType type, ValueOptions options)
    {
        _members = [.. type.Children.Select(m => For(m.Type, options))];
        _names = [.. type.Children.Select(m => JsonName.Encode(m.Name))];
        _isNamed = type.Children.All(m => m.Name.Length > 0);
    }

    public override void Bind(DuckDbVector vector)
    {
        base.Bind(vector);
        for (var i = 0; i < _members.Length; i++)
        {
            _members[i].Bind(vector.GetMember(i));
        }
    }

    protected override void WriteValue(ref JsonOutput output, int row)
    {
        output.Write(_isNamed ? (byte)'{' : (byte)'[');
        for (var i = 0; i < _members.Length; i++)
        {
            if (i > 0)
            {
                output.Write((byte)',');
            }

            if (_isNamed)
            {
                output.Write(_names[i]);
            }

            _members[i].Write(ref output, row);
        }

        output.Write(_isNamed ? (byte)'}' : (byte)']');
    }
}
