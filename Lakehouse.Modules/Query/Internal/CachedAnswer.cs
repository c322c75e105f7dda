namespace Lakehouse.Query.Internal;

/// <summary>An answer that is kept.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Datasets">The datasets that it read.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record CachedAnswer(string Tag, IReadOnlyList<DatasetRead> Datasets, long RowCount, ReadOnlyMemory<byte> Bytes);
