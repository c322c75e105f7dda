using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>A table that a statement names, which has to be a dataset.</summary>
/// <param name="Name">The name, in any letter case.</param>
/// <param name="Missing">The error to throw when there is no such dataset.</param>
internal sealed record TableReference(string Name, LakehouseException Missing);
