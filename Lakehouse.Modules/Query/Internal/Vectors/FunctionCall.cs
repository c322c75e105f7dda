namespace Lakehouse.Query.Internal.Vectors;

/// <summary>A call of <c>embed</c> or <c>vector_search</c> in a text.</summary>
/// <param name="Function">Its name.</param>
/// <param name="OffsetBytes">Its position in the text, in bytes of UTF-8.</param>
/// <param name="Constants">Its arguments that are constant texts.</param>
internal sealed record FunctionCall(string Function, int OffsetBytes, IReadOnlyList<string> Constants);
