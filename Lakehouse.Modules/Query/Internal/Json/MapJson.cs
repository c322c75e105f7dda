using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A MAP: an array of objects with <c>key</c> and <c>value</c>, in order. An object could not hold keys that are not texts.</summary>
internal sealed class MapJson(DuckDbType type, ValueOptions options) : ColumnJson
{
    private readonly ColumnJson _key = For(type.Children[0].Type, options);
    private readonly ColumnJson _value = For(type.Children[1].Type, options);

    public override void Bind(DuckDbVector vector)
    {
        base.Bind(vector);
        var entries = vector.GetElements();
        _key.Bind(entries.GetMember(0));
        _value.Bind(entries.GetMember(1));
    }

    protected override void WriteValue(ref JsonOutput output, int row)
    {
        var (offset, length) = Vector.GetListEntry(row);
        output.Write((byte)'[');
        for (var i = 0; i < length; i++)
        {
            output.Write(i > 0 ? ",{\"key\":"u8 : "{\"key\":"u8);
            _key.Write(ref output, offset + i);
            output.Write(",\"value\":"u8);
            _value.Write(ref output, offset + i);
            output.Write((byte)'}');
        }

        output.Write((byte)']');
    }
}
