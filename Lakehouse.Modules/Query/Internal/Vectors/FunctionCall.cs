namespace Lakehouse.Query.Internal.Vectors;

/// <summary>A call of <c>embed</c> or <c>vector_search</c> in a text.</summary>
/// <param name="Function">Its name.</param>
/// <param name="OffsetBytes">Where it stands, in bytes of UTF-8.</param>
/// <param name="Constants">The texts among its arguments.</param>
internal sealed record FunctionCall(string Function, int OffsetBytes, IReadOnlyList<string> Constants);
