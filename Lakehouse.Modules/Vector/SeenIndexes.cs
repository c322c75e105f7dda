using Lakehouse.Core.Access;

namespace Lakehouse.Vector;

/// <summary>Indexes as the current caller sees them.</summary>
public static class SeenIndexes
{
    /// <summary>The indexes that exist for the caller, by name, each as <see cref="VectorIndexInfo.AsSeen"/>.</summary>
    public static IEnumerable<VectorIndexInfo> ListSeen(this IVectorIndexes indexes) =>
        indexes.List().Where(i => Caller.Current.Sees(ResourceKind.Index, i.Spec.Name.Value)).Select(i => i.AsSeen());
}
