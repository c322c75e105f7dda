using System.Numerics;
using Lakehouse.DuckDb.Arrow;

namespace Lakehouse.Query.Internal.Arrow;

/// <summary>A field with its type and its children. The indexes of a dictionary have no children.</summary>
/// <param name="Field">The field.</param>
/// <param name="Type">Its type; with a dictionary, that of the indexes.</param>
/// <param name="Children">The columns that it is made of.</param>
/// <param name="Dictionary">The column of the values that its indexes refer to; null without a dictionary.</param>
/// <param name="DictionaryId">The dictionary's number in the stream.</param>
internal sealed record ArrowColumn(ArrowField Field, ArrowType Type, IReadOnlyList<ArrowColumn> Children, ArrowColumn? Dictionary, long DictionaryId)
{
    /// <summary>The column of a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="dictionaries">The number of dictionaries so far.</param>
    public static ArrowColumn Of(ArrowField field, ref long dictionaries)
    {
        if (field.Dictionary is not null)
        {
            var id = dictionaries++;
            return new ArrowColumn(field, ArrowType.Of(field), [], Of(field.Dictionary, ref dictionaries), id);
        }

        var children = new ArrowColumn[field.Children.Count];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = Of(field.Children[i], ref dictionaries);
        }

        return new ArrowColumn(field, ArrowType.Of(field), children, null, 0);
    }

    /// <summary>How many values of an array are NULL, counted where the engine has not.</summary>
    public static long NullCountOf(ArrowArray array)
    {
        if (array.NullCount >= 0 || array.BufferCount == 0)
        {
            return array.NullCount;
        }

        var validity = array.GetBuffer(0, (array.Length + 7) / 8);
        if (validity.IsEmpty)
        {
            return 0;
        }

        var set = 0L;
        foreach (var bits in validity[..^1])
        {
            set += BitOperations.PopCount(bits);
        }

        var last = validity[^1] & ((1 << (int)(((array.Length - 1) % 8) + 1)) - 1);
        return array.Length - set - BitOperations.PopCount((uint)last);
    }

    /// <summary>The bytes of each buffer; 0 for one that is absent.</summary>
    public IReadOnlyList<long> MeasureBuffers(ArrowArray array) =>
        [.. Type.MeasureBuffers(array).Select((length, i) => array.GetBuffer(i, length).IsEmpty ? 0 : length)];
}
