namespace Lakehouse.Catalog;

/// <summary>
/// Encodes manifests as Parquet files. The catalog itself does not depend on Parquet; the module that writes data files implements this interface.
/// </summary>
public interface IManifestCodec
{
    /// <summary>The bytes of a manifest file.</summary>
    byte[] Encode(Manifest manifest);

    /// <summary>Reads a local manifest file. A file that is not a manifest throws <see cref="InvalidDataException"/>.</summary>
    Task<Manifest> DecodeAsync(string path, CancellationToken cancellationToken);
}
