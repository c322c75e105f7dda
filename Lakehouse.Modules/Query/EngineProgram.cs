namespace Lakehouse.Query;

/// <summary>The program that runs an engine process. It passes the arguments after its own to <see cref="QueryModule.RunEngine"/>.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its own arguments, which come first.</param>
public sealed record EngineProgram(string FileName, IReadOnlyList<string> Arguments);
