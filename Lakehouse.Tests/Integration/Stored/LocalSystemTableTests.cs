namespace Lakehouse.Tests.Integration.Stored;

/// <summary><see cref="SystemTableTests"/> with the engine in the server's process.</summary>
public sealed class LocalSystemTableTests() : SystemTableTests("none");
