using System.Net;

namespace Lakehouse.Tests.Integration.Jobs;

/// <summary>A body that comes, and then does not end until it is told to.</summary>
internal sealed class StalledContent(byte[] start) : HttpContent
{
    private readonly TaskCompletionSource _end = new();

    public void End() => _end.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(start);
        await stream.FlushAsync();
        await _end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
