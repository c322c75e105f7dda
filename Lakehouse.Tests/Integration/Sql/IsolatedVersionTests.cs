namespace Lakehouse.Tests.Integration.Sql;

/// <summary><see cref="VersionTests"/> with the engine in an engine process.</summary>
public sealed class IsolatedVersionTests() : VersionTests("process");
