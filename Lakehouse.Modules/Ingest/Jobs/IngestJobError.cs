using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest;

/// <summary>Why an ingest failed.</summary>
/// <param name="Code">As of <see cref="LakehouseException.Code"/>.</param>
/// <param name="Detail">The sentence for its sender.</param>
/// <param name="File">The file that it is about; null where there was one, or where it is about none.</param>
public sealed record IngestJobError(string Code, string Detail, string? File = null);
