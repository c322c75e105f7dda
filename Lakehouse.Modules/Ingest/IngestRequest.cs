using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>What to make of a file.</summary>
/// <param name="Name">The dataset, new or there.</param>
/// <param name="Delimiter">One of <c>, ; | tab</c>; null to find out.</param>
/// <param name="HasHeader">True when the first line is a header, whatever it looks like.</param>
public sealed record IngestRequest(DatasetName Name, char? Delimiter = null, bool HasHeader = false);
