namespace Lakehouse.Tests.Integration.Stored;

/// <summary><see cref="ViewTests"/> with the engine in an engine process.</summary>
public sealed class IsolatedViewTests() : ViewTests("process");
