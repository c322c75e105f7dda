namespace Lakehouse.Tests.Fixtures;

/// <summary>Tests that run beside no other.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
