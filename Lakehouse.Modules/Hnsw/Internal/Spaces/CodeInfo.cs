namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>The parameters of a vector's 8-bit codes: <c>value = code * Scale</c>.</summary>
internal struct CodeInfo
{
    /// <summary>The size of a step; under cosine divided by the vector's length.</summary>
    public float Scale;

    /// <summary>Under L2 the squared length of the decoded vector, otherwise 0.</summary>
    public float Offset;

    /// <summary>The sum of the signed codes.</summary>
    public int Sum;
}
