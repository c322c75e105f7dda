using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>A table that a statement names, which has to be a dataset.</summary>
/// <param name="Name">The name, in any letter case; with <c>@</c> and a version or time at its end where the statement names one.</param>
/// <param name="IsQualified">Whether the statement also names the schema, so that a view of the connection cannot take its place.</param>
/// <param name="Count">How often the statement names it.</param>
/// <param name="Missing">The error to throw when there is no such dataset.</param>
internal sealed record TableReference(string Name, bool IsQualified, int Count, LakehouseException Missing);
