namespace Lakehouse.Hnsw;

/// <summary>What makes two vectors near. Distances equal those of DuckDB's functions of the same meaning.</summary>
public enum Metric
{
    /// <summary>One minus the cosine of the angle, from 0 to 2 (<c>list_cosine_distance</c>). A zero vector has no direction and is refused.</summary>
    Cosine,

    /// <summary>The Euclidean distance (<c>list_distance</c>).</summary>
    L2,

    /// <summary>The negated inner product (<c>list_negative_inner_product</c>): the largest product is the nearest.</summary>
    InnerProduct,
}
