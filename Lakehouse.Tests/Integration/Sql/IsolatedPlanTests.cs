namespace Lakehouse.Tests.Integration.Sql;

/// <summary><see cref="PlanTests"/> with the engine in an engine process.</summary>
public sealed class IsolatedPlanTests() : PlanTests("process");
