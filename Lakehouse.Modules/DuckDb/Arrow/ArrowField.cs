using System.Buffers.Binary;
using System.Text;
using Lakehouse.DuckDb.Native;

namespace Lakehouse.DuckDb.Arrow;

/// <summary>A field of a schema (Arrow's C data interface, <c>ArrowSchema</c>). Immutable.</summary>
/// <param name="Name">Its name; may be empty or there twice.</param>
/// <param name="Format">Its type, as the C data interface writes it, e.g. <c>l</c>, <c>tsu:UTC</c>, <c>+s</c>; of a dictionary its indexes' type.</param>
/// <param name="IsNullable">Whether a value may be NULL.</param>
/// <param name="Metadata">Its metadata, e.g. the name of an extension type.</param>
/// <param name="Children">The fields that it is made of.</param>
/// <param name="Dictionary">The field of the values that its indexes refer to; null for a field without a dictionary.</param>
public sealed record ArrowField(
    string Name,
    string Format,
    bool IsNullable,
    IReadOnlyList<KeyValuePair<string, string>> Metadata,
    IReadOnlyList<ArrowField> Children,
    ArrowField? Dictionary)
{
    internal static unsafe ArrowField Read(NativeArrowSchema* schema)
    {
        var children = new ArrowField[schema->ChildCount];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = Read(schema->Children[i]);
        }

        return new ArrowField(
            NativeMethods.Borrow((nint)schema->Name),
            NativeMethods.Borrow((nint)schema->Format),
            (schema->Flags & NativeArrowSchema.NullableFlag) != 0,
            ReadMetadata(schema->Metadata),
            children,
            schema->Dictionary is null ? null : Read(schema->Dictionary));
    }

    /// <summary>Pairs of texts, each after its length; before them their number.</summary>
    private static unsafe KeyValuePair<string, string>[] ReadMetadata(byte* metadata)
    {
        if (metadata is null)
        {
            return [];
        }

        var pairs = new KeyValuePair<string, string>[ReadInt(ref metadata)];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = KeyValuePair.Create(ReadText(ref metadata), ReadText(ref metadata));
        }

        return pairs;
    }

    private static unsafe int ReadInt(ref byte* position)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(position, sizeof(int)));
        position += sizeof(int);
        return value;
    }

    private static unsafe string ReadText(ref byte* position)
    {
        var length = ReadInt(ref position);
        var text = Encoding.UTF8.GetString(position, length);
        position += length;
        return text;
    }
}
