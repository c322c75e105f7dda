namespace Lakehouse.Ingest;

/// <summary>A file to ingest, and what its sender says of it.</summary>
/// <param name="Content">The file, read to its end. The caller owns the stream.</param>
/// <param name="FileName">Its name; null when it has none.</param>
/// <param name="ContentType">Its media type, without parameters; null when it was not said.</param>
/// <param name="ContentEncoding"><c>gzip</c> when it is packed, as it was said; null when nothing was said.</param>
public sealed record IngestSource(Stream Content, string? FileName = null, string? ContentType = null, string? ContentEncoding = null);
