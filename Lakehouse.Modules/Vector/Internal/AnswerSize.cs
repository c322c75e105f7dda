using Lakehouse.Core.Errors;

namespace Lakehouse.Vector.Internal;

/// <summary>Counts the memory of one answer while it is built. Thread-safe.</summary>
/// <param name="bytesMax">The most bytes that an answer may take.</param>
internal sealed class AnswerSize(long bytesMax)
{
    // The objects that hold an item, without its parts.
    private const int ItemBytes = 160;

    private long _bytes;

    /// <summary>Counts an item.</summary>
    /// <exception cref="LakehouseException"><c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public StoredItem Add(StoredItem item)
    {
        var bytes = ItemBytes
            + (item.Id.Length * sizeof(char))
            + ((item.Vector?.Length ?? 0) * sizeof(float))
            + (item.Metadata?.Length ?? 0)
            + ((item.Text?.Length ?? 0) * sizeof(char));
        return Interlocked.Add(ref _bytes, bytes) <= bytesMax ? item : throw new LakehouseException(
            ErrorKind.InvalidInput,
            "answer_too_large",
            $"The answer would take more than {bytesMax} bytes of memory (vector.max_answer_bytes). Ask for fewer items at once, or for less of each "
            + "(include).");
    }
}
