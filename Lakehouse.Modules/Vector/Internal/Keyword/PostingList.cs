namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>
/// The documents that contain a term, in the order of their numbers, and how often: pairs of variable-length numbers (7 bits a byte, the last byte below 128),
/// the difference from the previous document and the count. One writer at a time; readers need no lock, because bytes below a length once read never change.
/// </summary>
internal sealed class PostingList
{
    private const int SizeMin = 8;

    private byte[] _bytes = new byte[SizeMin];
    private int _length;
    private int _last = -1;
    private int _documentCount;

    /// <summary>How many documents contain the term, including dead ones.</summary>
    public int DocumentCount => Volatile.Read(ref _documentCount);

    /// <summary>The memory of the list.</summary>
    public long SizeBytes => _bytes.Length;

    /// <summary>Adds a document, whose number is larger than all before it.</summary>
    public void Add(int document, int count)
    {
        const int pairBytesMax = 10;
        var bytes = _bytes;
        if (_length + pairBytesMax > bytes.Length)
        {
            // The old array is not changed, because readers may still use it.
            Array.Resize(ref bytes, (bytes.Length * 3 / 2) + pairBytesMax);
            Volatile.Write(ref _bytes, bytes);
        }

        var length = Write(bytes, _length, (uint)(document - _last));
        length = Write(bytes, length, (uint)count);
        _last = document;
        Volatile.Write(ref _documentCount, _documentCount + 1);
        Volatile.Write(ref _length, length);
    }

    public Reader Read()
    {
        // The length is read first: an array that is read later holds at least that many bytes.
        var length = Volatile.Read(ref _length);
        return new Reader(Volatile.Read(ref _bytes).AsSpan(0, length));
    }

    private static int Write(byte[] bytes, int position, uint value)
    {
        const int more = 0x80;
        while (value >= more)
        {
            bytes[position++] = (byte)(value | more);
            value >>= 7;
        }

        bytes[position++] = (byte)value;
        return position;
    }

    /// <summary>Steps through a list.</summary>
    internal ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _position;

        public int Document { get; private set; } = -1;

        public int Count { get; private set; }

        public bool MoveNext()
        {
            if (_position >= _bytes.Length)
            {
                return false;
            }

            Document += (int)ReadNumber();
            Count = (int)ReadNumber();
            return true;
        }

        private uint ReadNumber()
        {
            const uint more = 0x80;
            uint part = _bytes[_position++];
            if (part < more)
            {
                return part;
            }

            var value = part & (more - 1);
            for (var shift = 7; part >= more; shift += 7)
            {
                part = _bytes[_position++];
                value |= (part & (more - 1)) << shift;
            }

            return value;
        }
    }
}
