using System.Buffers;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>The answer of a statement that does not run.</summary>
internal sealed class NoBody : IAnswerBody
{
    public long RowCount => 0;

    public void Write(IBufferWriter<byte> output)
    {
    }

    public bool MoveNext() => false;

    public void End(IBufferWriter<byte> output)
    {
    }

    public void Dispose()
    {
    }
}
