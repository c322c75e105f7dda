using System.Security.Cryptography;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>
/// The text of a file as UTF-8: unpacked and decoded while it is read, and bounded, so that a small file that unpacks to a huge one ends at the bound.
/// </summary>
internal sealed class UnpackedFile : ReadOnlyStream
{
    /// <summary>How a file can be packed, as <c>Content-Encoding</c> says it.</summary>
    public static readonly string[] Compressions = [Gzip, Zstd];

    private const string Gzip = "gzip";
    private const string Zstd = "zstd";
    private const int StartSize = 512;

    private readonly UploadedBytes _sent;
    private readonly Stream? _plain;
    private readonly Stream _text;
    private readonly IngestOptions _options;
    private readonly string _encoding;
    private readonly long _unpackedBefore;
    private long _unpacked;

    private UnpackedFile(
        UploadedBytes sent, Stream? plain, Stream text, FileFormat format, string? compression, string encoding, IngestOptions options, long unpackedBefore)
    {
        (_sent, _plain, _text, Format, Compression) = (sent, plain, text, format, compression);
        (_encoding, _options, _unpackedBefore) = (encoding, options, unpackedBefore);
    }

    /// <summary>The format, as far as it is known from what was told and from the first bytes.</summary>
    public FileFormat Format { get; }

    /// <summary>The bytes that were sent so far.</summary>
    public long BytesRead => _sent.Count;

    /// <summary>The bytes after unpacking and decoding so far.</summary>
    public long BytesUnpacked => _unpacked;

    /// <summary>The encoding that it is read with.</summary>
    public string Encoding => _encoding;

    /// <summary>The compression, <c>gzip</c> or <c>zstd</c>; null when there is none.</summary>
    public string? Compression { get; }

    /// <summary>Looks at the beginning of a file and opens it.</summary>
    /// <param name="source">The file.</param>
    /// <param name="reading">How to read it.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="unpackedBefore">What other files of the same request have come to.</param>
    /// <param name="hash">Receives the bytes as they were sent; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">
    /// <c>unsupported_format</c> (<see cref="ErrorKind.UnsupportedMedia"/>): it is not text. <c>invalid_gzip</c>, <c>invalid_zstd</c>
    /// (<see cref="ErrorKind.Unprocessable"/>).
    /// </exception>
    public static async Task<UnpackedFile> OpenAsync(
        IngestSource source, ReadOptions reading, IngestOptions options, long unpackedBefore, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var sent = new UploadedBytes(source.Content, options.MaxIngestBytes, options.BodyTimeout, hash);
        var start = await sent.PeekAsync(StartSize, cancellationToken);
        var compression = CompressionOf(start.Span);
        if (source.ContentEncoding is { } said && said != compression && !start.IsEmpty)
        {
            var message = $"The file cannot be unpacked: it was sent with Content-Encoding: {said}, and is not packed so. Nothing was registered; leave the "
                + "header out.";
            throw said == Gzip
                ? new LakehouseException(ErrorKind.Unprocessable, "invalid_gzip", message)
                : new LakehouseException(ErrorKind.Unprocessable, "invalid_zstd", message);
        }

        Stream? plain = compression switch
        {
            null => null,
            Gzip => new GzipContent(sent),
            _ => new ZstdContent(sent, ZstdLibrary.Instance),
        };
        try
        {
            Stream content = sent;
            if (plain is not null)
            {
                var unpacked = new UploadedBytes(plain, long.MaxValue, Timeout.InfiniteTimeSpan);
                start = await unpacked.PeekAsync(StartSize, cancellationToken);
                content = unpacked;
            }

            var (format, encoding) = FormatOf(source, reading, start.Span, compression);
            var text = format is FileFormat.Parquet ? content : Decode(content, encoding, start.Span);
            return new UnpackedFile(sent, plain, text, format, compression, encoding, options, unpackedBefore);
        }
        catch
        {
            plain?.Dispose(); // its memory is not that of the runtime
            throw;
        }
    }

    private static (FileFormat Format, string Encoding) FormatOf(IngestSource source, ReadOptions reading, ReadOnlySpan<byte> start, string? compression)
    {
        var encoding = reading.Encoding ?? (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? "utf-16" : "utf-8");
        var format = FileStart.FormatOf(start, TextOf(start, encoding), reading.Format, source, compression);
        return encoding is "latin-1" or "windows-1252" && start.StartsWith("\uFEFF"u8)
            ? throw IngestErrors.Option("encoding", $"it is {encoding}, and the file begins with the byte order mark of UTF-8; leave it out")
            : (format, encoding);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await _text.ReadAsync(buffer, cancellationToken);
        }
        catch (DecoderFallbackException error)
        {
            throw new LakehouseException(
                ErrorKind.Unprocessable,
                "not_decodable",
                $"The file is not {_encoding} throughout. Nothing was registered. Say another encoding=, or save it as UTF-8.",
                error);
        }

        _unpacked += count;
        return _unpacked > _options.MaxUnpackedBytes - _unpackedBefore && Compression is not null
            ? throw IngestErrors.TooLargeUnpacked(_options.MaxUnpackedBytes)
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
            _plain?.Dispose();
            _sent.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string? CompressionOf(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Zstd,
        [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => Zstd, // a frame to be skipped, which pzstd begins with
        _ => null,
    };

    /// <summary>The first characters as UTF-8. Other encodings than UTF-16 have the letters of ASCII where UTF-8 has them.</summary>
    private static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> start, string encoding) =>
        !encoding.StartsWith("utf-16", StringComparison.Ordinal) ? start
            : System.Text.Encoding.UTF8.GetBytes(
                (IsBigEndian(encoding, start) ? System.Text.Encoding.BigEndianUnicode : System.Text.Encoding.Unicode).GetString(start));

    private static bool IsBigEndian(string encoding, ReadOnlySpan<byte> start) =>
        encoding == "utf-16be" || (encoding == "utf-16" && start is [0xFE, 0xFF, ..]);

    private static Stream Decode(Stream content, string encoding, ReadOnlySpan<byte> start)
    {
        var decoder = encoding switch
        {
            "utf-16" or "utf-16le" or "utf-16be" => (Encoding)new UnicodeEncoding(
                bigEndian: IsBigEndian(encoding, start), byteOrderMark: true, throwOnInvalidBytes: true),
            "latin-1" => System.Text.Encoding.Latin1,
            "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(
                1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!,
            _ => null,
        };
        return decoder is null ? content : System.Text.Encoding.CreateTranscodingStream(content, decoder, new UTF8Encoding(false, true));
    }
}
