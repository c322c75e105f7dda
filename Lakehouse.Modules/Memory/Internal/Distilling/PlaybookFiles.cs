using System.Buffers;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Query.Rows;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Commits playbooks in place of those before.</summary>
internal sealed class PlaybookFiles(IRowFileWriter files) : IDisposable
{
    /// <summary>Commits rows. Returns the version.</summary>
    public Task<long> ReplaceAsync(DatasetName name, ArrayBufferWriter<byte> lines, int count, int longestBytes, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            using var file = await Task.Run(() => files.Write(lines.WrittenSpan, count, longestBytes), CancellationToken.None);
            return (await files.ReplaceAsync(name, file, "distillation", cancellationToken)).Manifest.Version;
        });

    public void Dispose() => files.Dispose();
}
