namespace Lakehouse.Core.Access;

/// <summary>Metadata of an endpoint: what a caller needs to use it. An endpoint without it needs <see cref="AccessAction.Admin"/>.</summary>
/// <param name="Action">The action.</param>
/// <param name="Kind">The kind of what the address names; null where it names nothing.</param>
/// <param name="RouteValue">The part of the address that names it.</param>
public sealed record RequiredAccess(AccessAction Action, ResourceKind? Kind = null, string RouteValue = "name");
