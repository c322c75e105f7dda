using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A test that packs with zstd.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ZstdFactAttribute : FactAttribute
{
    public ZstdFactAttribute() => Skip = ZstdLibrary.Instance is null ? "The system has no libzstd." : null;
}
