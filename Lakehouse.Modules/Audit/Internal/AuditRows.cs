using System.Buffers;

namespace Lakehouse.Audit.Internal;

/// <summary>
/// Rows as lines of JSON in one array of bytes. Requests are written down so when they end, because as objects they would outlive the youngest generation of
/// the garbage collector, which costs more than all else of the audit. Not thread-safe.
/// </summary>
internal sealed class AuditRows : IDisposable
{
    private const int BytesMin = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(BytesMin);
    private int _length;

    /// <summary>The lines, each with its end.</summary>
    public ReadOnlySpan<byte> Lines => _bytes.AsSpan(0, _length);

    /// <summary>Their number.</summary>
    public int Count { get; private set; }

    /// <summary>The longest of them, in bytes.</summary>
    public int LongestBytes { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="row">Its object, without line breaks.</param>
    public void Add(ReadOnlySpan<byte> row)
    {
        var end = checked(_length + row.Length + 1);
        if (end > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(end, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength)));
            Lines.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        row.CopyTo(_bytes.AsSpan(_length));
        _bytes[end - 1] = (byte)'\n';
        _length = end;
        Count++;
        LongestBytes = Math.Max(LongestBytes, row.Length);
    }

    /// <summary>The first half of the rows, and the others. This one is not to be used after it.</summary>
    public (AuditRows First, AuditRows Second) Split()
    {
        var (first, second) = (new AuditRows(), new AuditRows());
        var number = 0;
        for (var rest = Lines; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            (number++ < Count / 2 ? first : second).Add(rest[..end]);
            rest = rest[(end + 1)..];
        }

        Dispose();
        return (first, second);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length, Count) = ([], 0, 0);
    }
}
