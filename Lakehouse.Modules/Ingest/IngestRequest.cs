using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>The dataset of an ingest, and how to read the file.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Delimiter">One of <c>, ; | tab</c>; null to detect it.</param>
/// <param name="IsAnyHeaderAllowed">
/// The first line of a file is always its header. False: a first line that looks like data is refused, because a file without a header would lose its first
/// row. True: it is taken as the header, whatever it looks like.
/// </param>
public sealed record IngestRequest(DatasetName Name, char? Delimiter = null, bool IsAnyHeaderAllowed = false);
