using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A LIST: an array.</summary>
internal sealed class ListJson(DuckDbType type, ValueOptions options) : ColumnJson
{
    private readonly ColumnJson _element = For(type.Children[0].Type, options);

    public override void Bind(DuckDbVector vector)
    {
        base.Bind(vector);
        _element.Bind(vector.GetElements());
    }

    protected override void WriteValue(ref JsonOutput output, int row)
    {
        var (offset, length) = Vector.GetListEntry(row);
        WriteElements(ref output, _element, offset, length);
    }

    public static void WriteElements(ref JsonOutput output, ColumnJson element, int offset, int length)
    {
        output.Write((byte)'[');
        for (var i = 0; i < length; i++)
        {
            if (i > 0)
            {
                output.Write((byte)',');
            }

            element.Write(ref output, offset + i);
        }

        output.Write((byte)']');
    }
}
