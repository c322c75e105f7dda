using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Vectors;

/// <summary>An error of a vector function.</summary>
/// <param name="Function">The function.</param>
/// <param name="Arguments">The texts it was called with, which distinguish its calls in a statement.</param>
/// <param name="Error">The error.</param>
internal sealed record VectorError(string Function, IReadOnlyCollection<string> Arguments, LakehouseException Error);
