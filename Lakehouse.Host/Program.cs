using Lakehouse.Host.Cli;

return await CommandLine.RunAsync(args);

/// <summary>The program, for those who start it in their own process: <c>WebApplicationFactory&lt;Program&gt;</c> of Microsoft.AspNetCore.Mvc.Testing.</summary>
public partial class Program;
