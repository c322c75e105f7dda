using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>The dataset of an ingest, and how to read the file.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Delimiter">One of <c>, ; | tab</c>; null to detect it.</param>
/// <param name="HasHeader">True when the first line is a header, whatever it looks like.</param>
public sealed record IngestRequest(DatasetName Name, char? Delimiter = null, bool HasHeader = false);
