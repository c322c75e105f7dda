using System.Text;
using System.Text.Json;
using Lakehouse.Hnsw;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>The items of an add after all checks: a batch can always be applied as a whole.</summary>
internal sealed class ItemBatch
{
    // A float can hold the square of this length, and the square of the difference of two vectors of this length.
    private const double LengthMax = 9e18;
    private const double LengthMin = 1e-30;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Entry[] _entries;

    private ItemBatch(Entry[] entries) => _entries = entries;

    public int Count => _entries.Length;

    public Entry this[int position] => _entries[position];

    /// <summary>True when at least one item sets or clears its text.</summary>
    public bool HasTexts => Array.Exists(_entries, e => e.Text is not null);

    /// <summary>Checks the items in their order; the first that breaks a rule is named by its position.</summary>
    public static ItemBatch Check(IReadOnlyList<VectorItem> items, VectorIndexSpec spec, VectorOptions options)
    {
        if (items.Count > options.MaxBatchItems)
        {
            throw VectorErrors.Request($"it has {items.Count} items, at most {options.MaxBatchItems} can be added at once (vector.max_batch_items)");
        }

        var entries = new Entry[items.Count];
        var positions = new Dictionary<string, int>(items.Count, StringComparer.Ordinal);
        for (var i = 0; i < entries.Length; i++)
        {
            var item = items[i];
            var id = CheckId(item.Id, i, options);
            if (!positions.TryAdd(item.Id, i))
            {
                throw VectorErrors.Item(i, $"the id \"{item.Id}\" stands at items[{positions[item.Id]}] already");
            }

            if (FindError(item.Vector.Span, spec) is { } error)
            {
                throw VectorErrors.Item(i, error);
            }

            entries[i] = new Entry(
                id,
                item.Vector,
                !item.Metadata.IsEmpty,
                item.Metadata.IsEmpty ? null : EncodeMetadata(item.Metadata.Span, i, options),
                EncodeText(item.Text, i, options));
        }

        return new ItemBatch(entries);
    }

    /// <summary>A batch from the log, which was checked when it was written.</summary>
    public static ItemBatch FromLog(Entry[] entries) => new(entries);

    /// <summary>The rule that a vector breaks; null when it can be stored or searched for.</summary>
    public static string? FindError(ReadOnlySpan<float> vector, VectorIndexSpec spec)
    {
        if (vector.Length != spec.Dimension)
        {
            return $"the vector has {vector.Length} dimensions, the index '{spec.Name}' has {spec.Dimension}";
        }

        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                return $"the vector has {(float.IsNaN(vector[i]) ? "NaN" : "an infinity, or a number beyond the range of float32,")} at dimension {i}";
            }

            squares += (double)vector[i] * vector[i];
        }

        var length = Math.Sqrt(squares);
        return length > LengthMax ? $"the vector has the length {length:0.###e0}, at most {LengthMax:0e0} can be compared"
            : length < LengthMin && spec.Metric == Metric.Cosine ? "the vector is zero, and a zero vector has no direction for the cosine"
            : null;
    }

    private static byte[] CheckId(string id, int position, VectorOptions options)
    {
        if (id.Length == 0)
        {
            throw VectorErrors.Item(position, "the id is empty");
        }

        byte[] utf8;
        try
        {
            utf8 = StrictUtf8.GetBytes(id);
        }
        catch (EncoderFallbackException error)
        {
            throw VectorErrors.Item(position, "the id is not valid Unicode", error);
        }

        return utf8.Length <= options.MaxIdBytes
            ? utf8
            : throw VectorErrors.Item(position, $"the id has {utf8.Length} bytes of UTF-8, at most {options.MaxIdBytes} are allowed (vector.max_id_bytes)");
    }

    private static byte[]? EncodeText(string? text, int position, VectorOptions options)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            var utf8 = StrictUtf8.GetBytes(text);
            return utf8.Length <= options.MaxTextBytes
                ? utf8
                : throw VectorErrors.Item(
                    position, $"the text has {utf8.Length} bytes of UTF-8, at most {options.MaxTextBytes} are allowed (vector.max_text_bytes)");
        }
        catch (EncoderFallbackException error)
        {
            throw VectorErrors.Item(position, "the text is not valid Unicode", error);
        }
    }

    private static byte[]? EncodeMetadata(ReadOnlySpan<byte> json, int position, VectorOptions options)
    {
        if (json.Length > options.MaxMetadataBytes)
        {
            throw VectorErrors.Item(
                position, $"the metadata has {json.Length} bytes, at most {options.MaxMetadataBytes} are allowed (vector.max_metadata_bytes)");
        }

        try
        {
            return MetadataDocument.Encode(json);
        }
        catch (JsonException error)
        {
            throw VectorErrors.Item(position, $"the metadata is refused: {error.Message.TrimEnd('.')}", error);
        }
    }

    /// <summary>One item.</summary>
    /// <param name="Id">Its id in UTF-8.</param>
    /// <param name="Vector">Its vector.</param>
    /// <param name="HasMetadata">False keeps the stored metadata.</param>
    /// <param name="Metadata">The record of a <see cref="MetadataDocument"/>; null for none.</param>
    /// <param name="Text">Its text in UTF-8; empty for none; null keeps the stored text.</param>
    internal readonly record struct Entry(byte[] Id, ReadOnlyMemory<float> Vector, bool HasMetadata, byte[]? Metadata, byte[]? Text = null);
}
