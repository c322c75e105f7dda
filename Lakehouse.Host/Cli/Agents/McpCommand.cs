using System.CommandLine;
using Lakehouse.Core.Errors;
using Lakehouse.Host.Server;
using Lakehouse.Mcp;

namespace Lakehouse.Host.Cli.Agents;

/// <summary><c>mcp</c>: speaks the Model Context Protocol over standard input and output, for agents that start their servers as programs.</summary>
internal static class McpCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var url = new Option<string?>("--url") { Description = "Speaks to the server at this address; without it, the program opens the data folder itself" };
        var command = new Command("mcp", "Speaks the Model Context Protocol over standard input and output") { url };
        command.SetAction(async (parsed, stop) =>
        {
            using var interrupt = new CommandInterrupt(stop);
            await using var input = Terminal.OpenInput();
            await using var output = Terminal.OpenOutput();
            if (parsed.GetValue(url) is { } address)
            {
                var (server, token) = LakehouseClient.Find(address, parsed.GetValue(config), overrides);
                await McpBridge.RunAsync(server, token, input, output, interrupt.Token);
            }
            else
            {
                await ServeAsync(parsed.GetValue(config), overrides, input, output, interrupt.Token);
            }

            return 0;
        });
        return command;
    }

    /// <summary>Opens the lake in this process, without listening anywhere.</summary>
    private static async Task ServeAsync(
        string? configPath, IReadOnlyDictionary<string, string> overrides, Stream input, Stream output, CancellationToken stop)
    {
        var settings = LakehouseSettings.Read(SettingsSource.Load(configPath, overrides), allowNonLoopback: "1");
        using var held = LakeLock.TryTake(settings.Storage.DataDirectory) ?? throw new CommandException(
            $"Another process has opened {settings.Storage.DataDirectory}, and only one at a time can write to its vector indexes. Speak to the server "
            + "that runs: lakehouse mcp --url http://127.0.0.1:3110");
        await using var app = LakehouseServer.Build(settings, listens: false);
        try
        {
            await app.StartAsync(stop);
        }
        catch (LakehouseException error)
        {
            throw new CommandException(error.Message, error);
        }

        try
        {
            await app.Services.GetRequiredService<IMcpServing>().ServeAsync(input, output, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl+C.
        }

        await app.StopAsync(CancellationToken.None);
    }
}
