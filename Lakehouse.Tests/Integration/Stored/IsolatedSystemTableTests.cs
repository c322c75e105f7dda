namespace Lakehouse.Tests.Integration.Stored;

/// <summary><see cref="SystemTableTests"/> with the engine in an engine process.</summary>
public sealed class IsolatedSystemTableTests() : SystemTableTests("process");
