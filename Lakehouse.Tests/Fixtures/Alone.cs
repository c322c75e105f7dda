namespace Lakehouse.Tests.Fixtures;

/// <summary>The collection of tests that do not run in parallel with others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
