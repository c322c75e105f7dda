using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Tables;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Scans a block of a plain file on several threads. A quote opens or closes a field, so that a count of the quotes before a line says whether the line begins
/// a record: there the block is cut, and each part is scanned by a scanner of its own, with what is known of the columns so far. A part counts when the one
/// before it has ended where it begins, when it is regular, and when it says nothing new about a column; where one does not, it and what follows are left to
/// the one scanner that reads in order. So the result never depends on the threads.
/// </summary>
internal sealed class CsvParts
{
    private const byte Quote = (byte)'"';
    private const byte LineFeed = (byte)'\n';

    // Of less, a thread is not worth to be woken.
    private const int PartBytesMin = 64 * 1024;
    private const int PausesMax = 64;

    private readonly TableColumns _columns;
    private readonly IRecordSink _sink;
    private readonly Part[] _parts;
    private readonly ParallelOptions _parallel;
    private int _pause = 1; // the first block shows the types
    private int _pauses = 1;

    /// <summary>Creates a scanner of the records that <see cref="CsvScanner"/> reads.</summary>
    /// <param name="delimiter">Between fields.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="recordBytesMax">The largest record.</param>
    /// <param name="sink">Receives the records.</param>
    /// <param name="threads">How many, at least 2.</param>
    public CsvParts(byte delimiter, TableColumns columns, int recordBytesMax, IRecordSink sink, int threads)
    {
        (_columns, _sink) = (columns, sink);
        _parts = [.. Enumerable.Range(0, threads).Select(_ => new Part(delimiter, columns, recordBytesMax))];
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>Scans what it can of a block.</summary>
    /// <param name="data">Starts with the first byte of a record.</param>
    /// <param name="line">The line on which the first record starts; then that of the first record that was not scanned.</param>
    /// <param name="isAfterBlank">Whether a blank line stands before the next record.</param>
    /// <returns>The count of bytes scanned; the rest is for a scanner that reads in order.</returns>
    public int Scan(ReadOnlyMemory<byte> data, ref long line, ref bool isAfterBlank)
    {
        var count = _pause > 0 ? 0 : Cut(data);
        _pause = Math.Max(0, _pause - 1);
        if (count < 2)
        {
            return 0;
        }

        Parallel.For(0, count, _parallel, i => _parts[i].Scan(_columns));
        var taken = 0;
        for (var i = 0; i < count; i++)
        {
            var part = _parts[i];
            if (!part.IsSound)
            {
                break;
            }

            part.CopyTo(_sink);
            taken += part.Taken;
            line += part.LineCount;
            isAfterBlank = part.Taken > 0 ? part.IsAfterBlank : isAfterBlank;
            if (part.Taken < part.Data.Length)
            {
                break;
            }
        }

        // Work that is done twice is saved where it would be again: in a file of many records that are not regular, and while types are found out.
        var isWhole = taken > data.Length - _parts[count - 1].Data.Length;
        _pauses = isWhole ? 1 : Math.Min(_pauses * 2, PausesMax);
        _pause = isWhole ? 0 : _pauses;
        return taken;
    }

    /// <summary>Cuts a block where records seem to begin, and gives each part its piece.</summary>
    private int Cut(ReadOnlyMemory<byte> data)
    {
        var text = data.Span;
        var count = Math.Min(_parts.Length, text.Length / PartBytesMin);
        var (parts, start, isQuoted) = (0, 0, false);
        while (parts < count - 1)
        {
            var position = start + ((text.Length - start) / (count - parts));
            isQuoted ^= text[start..position].Count(Quote) % 2 != 0;
            for (; position < text.Length; position++)
            {
                var next = text[position..].IndexOfAny(Quote, LineFeed);
                position = next < 0 ? text.Length : position + next;
                if (next < 0 || (text[position] == LineFeed && !isQuoted))
                {
                    break;
                }

                isQuoted ^= text[position] == Quote;
            }

            if (position + 1 >= text.Length)
            {
                break;
            }

            _parts[parts++].Data = data[start..(position + 1)];
            start = position + 1;
        }

        _parts[parts++].Data = data[start..];
        return parts;
    }

    /// <summary>A piece of the block, and what became of it.</summary>
    private sealed class Part(byte delimiter, TableColumns columns, int recordBytesMax)
    {
        private readonly RecordBuffer _records = new();
        private readonly TableColumns _known = new(columns.Names, columns.Declared, columns.Rules);
        private CsvScanner? _scanner;

        public ReadOnlyMemory<byte> Data { get; set; }

        /// <summary>Whether all of its records were regular, and said nothing new.</summary>
        public bool IsSound { get; private set; }

        public int Taken { get; private set; }

        public long LineCount { get; private set; }

        public bool IsAfterBlank { get; private set; }

        public void Scan(TableColumns known)
        {
            _scanner ??= new CsvScanner(delimiter, _known, recordBytesMax, _records);
            _known.Take(known);
            _records.Begin(Data);
            _scanner.IsAfterBlank = false;
            var (version, line) = (_known.Version, 0L);
            try
            {
                Taken = _scanner.Scan(Data.Span, isFinal: false, ref line);
                IsSound = !_scanner.IsStopped && _known.Version == version;
                (LineCount, IsAfterBlank) = (line, _scanner.IsAfterBlank);
            }
            catch (LakehouseException)
            {
                IsSound = false; // the other scanner finds it too, and knows its line
            }
        }

        public void CopyTo(IRecordSink sink) => _records.CopyTo(sink);
    }
}
