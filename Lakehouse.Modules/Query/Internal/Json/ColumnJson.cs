using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>Writes the values of one column. It is bound to a new vector for each chunk. Writing a value allocates nothing, except for BIGNUM.</summary>
internal abstract class ColumnJson
{
    private DuckDbVector _vector;

    /// <summary>The vector whose values are written.</summary>
    protected ref readonly DuckDbVector Vector => ref _vector;

    /// <summary>The writer for a type.</summary>
    public static ColumnJson For(DuckDbType type, ValueOptions options) => type.Id switch
    {
        DuckDbTypeId.List => new ListJson(type, options),
        DuckDbTypeId.Array => new ArrayJson(type, options),
        DuckDbTypeId.Struct => new StructJson(type, options),
        DuckDbTypeId.Map => new MapJson(type, options),
        DuckDbTypeId.Union => new UnionJson(type, options),
        _ => ScalarJson.For(type, options),
    };

    /// <summary>Sets the vector of the next chunk.</summary>
    public virtual void Bind(DuckDbVector vector) => _vector = vector;

    /// <summary>Writes a value or <c>null</c>.</summary>
    public void Write(ref JsonOutput output, int row)
    {
        if (_vector.IsNull(row))
        {
            output.Write("null"u8);
        }
        else
        {
            WriteValue(ref output, row);
        }
    }

    /// <summary>Writes a value that is not NULL.</summary>
    protected abstract void WriteValue(ref JsonOutput output, int row);
}
