namespace Lakehouse.Isolation;

/// <summary>How a worker is started.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its first arguments; those that describe its lanes follow.</param>
public sealed record WorkerProgram(string FileName, IReadOnlyList<string> Arguments);
