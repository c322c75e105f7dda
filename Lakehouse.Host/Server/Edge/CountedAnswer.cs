using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Host.Server.Edge;

/// <summary>The body of an answer, whose bytes are counted. Not thread-safe, as the body itself.</summary>
internal sealed class CountedAnswer(IHttpResponseBodyFeature answer) : PipeWriter, IHttpResponseBodyFeature
{
    private Stream? _stream;

    /// <summary>The bytes so far.</summary>
    public long Count { get; private set; }

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => answer.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => answer.Writer.UnflushedBytes;

    public override void Advance(int bytes)
    {
        Count += bytes;
        answer.Writer.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => answer.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => answer.Writer.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => answer.Writer.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Count += source.Length;
        return answer.Writer.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush() => answer.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => answer.Writer.Complete(exception);

    public void DisableBuffering() => answer.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => answer.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        Count += count ?? (new FileInfo(path).Length - offset);
        return answer.SendFileAsync(path, offset, count, cancellationToken);
    }

    public Task CompleteAsync() => answer.CompleteAsync();
}
