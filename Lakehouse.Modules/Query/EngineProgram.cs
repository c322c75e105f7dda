namespace Lakehouse.Query;

/// <summary>How an engine process is started: a program that hands its further arguments to <see cref="QueryModule.RunEngine"/>.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its first arguments.</param>
public sealed record EngineProgram(string FileName, IReadOnlyList<string> Arguments);
