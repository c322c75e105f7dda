using Lakehouse.Ingest;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The files of an ingest of one.</summary>
internal static class OneFile
{
    public static IAsyncEnumerable<IngestSource> Of(ReadOnlySpan<byte> content) => Of(content.ToArray());

    private static async IAsyncEnumerable<IngestSource> Of(byte[] content)
    {
        await Task.CompletedTask;
        yield return new IngestSource(new MemoryStream(content));
    }
}
