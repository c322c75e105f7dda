using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest;

/// <summary>Why an ingest failed.</summary>
/// <param name="Code">As of <see cref="LakehouseException.Code"/>.</param>
/// <param name="Detail">The sentence for its sender.</param>
public sealed record IngestJobError(string Code, string Detail);
