namespace Lakehouse.Hnsw;

/// <summary>How the distance of two vectors is computed. Distances equal those of the corresponding DuckDB functions.</summary>
public enum Metric
{
    /// <summary>One minus the cosine of the angle, from 0 to 2 (<c>list_cosine_distance</c>). A zero vector has no direction and is refused.</summary>
    Cosine,

    /// <summary>The Euclidean distance (<c>list_distance</c>).</summary>
    L2,

    /// <summary>The negated inner product (<c>list_negative_inner_product</c>): the largest product has the smallest distance.</summary>
    InnerProduct,
}
