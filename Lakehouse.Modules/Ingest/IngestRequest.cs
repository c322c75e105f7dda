using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>The dataset of an ingest, and how to read the file.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Reading">How to read the file.</param>
public sealed record IngestRequest(DatasetName Name, ReadOptions Reading);
