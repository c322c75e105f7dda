using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A UNION: an object with one member, named as the member that the value has.</summary>
internal sealed class UnionJson(DuckDbType type, ValueOptions options) : ColumnJson
{
    private readonly ColumnJson[] _members = [.. type.Children.Select(m => For(m.Type, options))];
    private readonly byte[][] _names = [.. type.Children.Select(m => JsonName.Encode(m.Name))];

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
        var tag = Vector.GetUnionTag(row);
        output.Write((byte)'{');
        output.Write(_names[tag]);
        _members[tag].Write(ref output, row);
        output.Write((byte)'}');
    }
}
