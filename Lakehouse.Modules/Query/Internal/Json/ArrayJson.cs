using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>An ARRAY: an array of its fixed length.</summary>
internal sealed class ArrayJson(DuckDbType type, ValueOptions options) : ColumnJson
{
    private readonly ColumnJson _element = For(type.Children[0].Type, options);

    public override void Bind(DuckDbVector vector)
    {
        base.Bind(vector);
        _element.Bind(vector.GetElements());
    }

    protected override void WriteValue(ref JsonOutput output, int row) =>
        ListJson.WriteElements(ref output, _element, row * type.ArrayLength, type.ArrayLength);
}
