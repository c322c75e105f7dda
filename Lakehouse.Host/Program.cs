using Lakehouse.Host.Cli;

return await CommandLine.RunAsync(args);

/// <summary>The program, for callers that start it in their own process with <c>WebApplicationFactory</c> (Microsoft.AspNetCore.Mvc.Testing).</summary>
public partial class Program;
