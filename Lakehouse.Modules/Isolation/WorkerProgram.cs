namespace Lakehouse.Isolation;

/// <summary>How a worker is started.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments, before those that tell it its lanes.</param>
public sealed record WorkerProgram(string FileName, IReadOnlyList<string> Arguments);
