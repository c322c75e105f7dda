namespace Lakehouse.Tests.Integration.Sql;

/// <summary><see cref="VersionTests"/> with the engine in the server's process.</summary>
public sealed class LocalVersionTests() : VersionTests("none");
