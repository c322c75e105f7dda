using System.Buffers;
using System.Text;

namespace Lakehouse.Host.Cli.Sql;

/// <summary>Writes CSV by RFC 4180, with LF. NULL is an empty field and an empty text is <c>""</c>, as the server's ingest reads them.</summary>
internal sealed class CsvAnswerWriter(Stream output) : ISqlAnswerWriter
{
    private const int FlushAt = 64 * 1024;
    private const int BrokenPipe = 32; // EPIPE: the reader has closed the pipe

    private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n"u8);

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushAt);
    private bool _isRowBegun;

    public void Begin(IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
        {
            Add(Encoding.UTF8.GetBytes(column), SqlValueKind.Json);
        }

        EndRow();
    }

    public void Add(ReadOnlySpan<byte> value, SqlValueKind kind)
    {
        if (_isRowBegun)
        {
            _buffer.Write(","u8);
        }

        _isRowBegun = true;
        if (value.IndexOfAny(Special) >= 0 || (value.IsEmpty && kind == SqlValueKind.Text))
        {
            Quote(value);
        }
        else
        {
            _buffer.Write(value);
        }
    }

    public void EndRow()
    {
        _buffer.Write("\n"u8);
        _isRowBegun = false;
        if (_buffer.WrittenCount >= FlushAt)
        {
            Flush();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Flush();
        await output.DisposeAsync();
    }

    private void Quote(ReadOnlySpan<byte> value)
    {
        _buffer.Write("\""u8);
        while (value.IndexOf((byte)'"') is var quote and >= 0)
        {
            _buffer.Write(value[..(quote + 1)]);
            _buffer.Write("\""u8);
            value = value[(quote + 1)..];
        }

        _buffer.Write(value);
        _buffer.Write("\""u8);
    }

    private void Flush()
    {
        try
        {
            output.Write(_buffer.WrittenSpan);
        }
        catch (IOException error) when (error.HResult == BrokenPipe)
        {
            throw new OutputClosedException(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The output cannot be written, so it is not the whole answer: {error.Message}", error);
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }
}
