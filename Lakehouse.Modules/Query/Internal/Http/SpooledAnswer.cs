using System.IO.Pipelines;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Query.Internal.Http;

/// <summary>An answer that was collected in a file before it is sent, so that an error is a status and the length is known.</summary>
internal sealed class SpooledAnswer : IAsyncDisposable
{
    private readonly IScratchFolder _folder;
    private readonly string _path;

    private SpooledAnswer(IScratchFolder folder) => (_folder, _path) = (folder, Path.Combine(folder.Path, "answer"));

    /// <summary>Collects an answer.</summary>
    /// <exception cref="LakehouseException">
    /// The error of the query; <c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>): it is larger than <paramref name="sizeBytesMax"/>.
    /// </exception>
    public static async Task<SpooledAnswer> CollectAsync(IQueryAnswer answer, IScratchSpace scratch, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var spool = new SpooledAnswer(scratch.Create());
        try
        {
            await using var file = new FileStream(spool._path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            await using var bounded = new BoundedStream(file, sizeBytesMax);
            var output = PipeWriter.Create(bounded, new StreamPipeWriterOptions(leaveOpen: true));
            await answer.CopyToAsync(output, endsWithError: false, cancellationToken);
            await output.CompleteAsync();
            return spool;
        }
        catch (Exception error)
        {
            await spool.DisposeAsync();
            throw FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error;
        }
    }

    /// <summary>Sends it.</summary>
    public Task SendAsync(HttpContext context)
    {
        context.Response.ContentLength = new FileInfo(_path).Length;
        return context.Response.SendFileAsync(_path, context.RequestAborted);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class BoundedStream(Stream inner, long sizeBytesMax) : Stream
    {
        private long _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _written += buffer.Length;
            return _written <= sizeBytesMax
                ? inner.WriteAsync(buffer, cancellationToken)
                : throw new LakehouseException(
                    ErrorKind.InvalidInput,
                    "answer_too_large",
                    $"The answer is larger than {ByteSize.Format(sizeBytesMax)} (query.max_spool_bytes), which is what wait_end can collect. Ask for less, or "
                    + "leave wait_end out.");
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
