using Lakehouse.Host.Cli;

return await CommandLine.RunAsync(args);
