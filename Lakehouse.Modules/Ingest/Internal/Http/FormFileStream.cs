using Lakehouse.Core.Requests;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>
/// The file in a multipart form. Before it reports the end of the file, it reads the rest of the form, and throws if that holds something that must be refused.
/// </summary>
internal sealed class FormFileStream(Stream file, UploadForm form) : ReadOnlyStream
{
    private bool _isComplete;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await file.ReadAsync(buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0 && !_isComplete)
        {
            _isComplete = true;
            await form.CompleteAsync(cancellationToken);
        }

        return count;
    }
}
