namespace Lakehouse.Tests.Fixtures;

/// <summary>A span as it was sent.</summary>
public sealed record OtlpSpan(string Name, string Id, string Parent, IReadOnlyDictionary<string, string> Attributes, bool HasFailed);
