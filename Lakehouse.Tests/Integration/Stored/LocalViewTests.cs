namespace Lakehouse.Tests.Integration.Stored;

/// <summary><see cref="ViewTests"/> with the engine in the server's process.</summary>
public sealed class LocalViewTests() : ViewTests("none");
