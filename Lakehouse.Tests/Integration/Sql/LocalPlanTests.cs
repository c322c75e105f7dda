namespace Lakehouse.Tests.Integration.Sql;

/// <summary><see cref="PlanTests"/> with the engine in the server.</summary>
public sealed class LocalPlanTests() : PlanTests("none");
