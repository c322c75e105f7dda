namespace Lakehouse.Vector.Internal.Http;

/// <summary>What an import did.</summary>
internal sealed record ImportResponse(long Rows, long Added, long Updated, long Skipped, long Count);
