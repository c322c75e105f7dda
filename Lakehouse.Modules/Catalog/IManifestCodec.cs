namespace Lakehouse.Catalog;

/// <summary>
/// Manifests as Parquet files. The catalog commits bytes and knows no Parquet; the module that writes the data files writes these too, and
/// supplies this.
/// </summary>
public interface IManifestCodec
{
    /// <summary>The bytes of a manifest file.</summary>
    Task<byte[]> EncodeAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Reads a manifest file of this machine. A file that is none throws <see cref="InvalidDataException"/>.</summary>
    Task<Manifest> DecodeAsync(string path, CancellationToken cancellationToken);
}
