using Lakehouse.Core.Errors;
using Lakehouse.Host.Server;
using Lakehouse.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lakehouse.Host.Cli;

/// <summary>Runs the server until it is told to stop.</summary>
internal static partial class ServeCommand
{
    public static async Task<int> RunAsync(string? configPath, IReadOnlyDictionary<string, string> overrides, CancellationToken stop)
    {
        var configuration = SettingsSource.Load(configPath, overrides, out var warning);
        var settings = LakehouseSettings.Read(configuration, Environment.GetEnvironmentVariable(BindGate.OverrideVariable));
        await using var app = LakehouseServer.Build(settings);
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Lakehouse");
        if (warning is not null)
        {
            LogWarning(logger, warning);
        }

        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            throw new CommandFault($"{settings.Server.Bind} is in use by another program. Stop that one, or choose another port with --server.bind.");
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            throw new CommandFault($"The program cannot listen on {settings.Server.Bind}: {fault.Message}");
        }
        catch (LakehouseException fault)
        {
            var where = fault.InnerException is { } cause && StorageFault.Is(cause) ? $" (storage.data_dir = \"{settings.Storage.DataDirectory}\": {cause.Message})" : string.Empty;
            throw new CommandFault(fault.Message + where);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        LogListening(logger, string.Join(" ", addresses), settings.Storage.DataDirectory);
        await app.WaitForShutdownAsync(stop);
        return 0;
    }

    [LoggerMessage(EventId = 5010, Level = LogLevel.Information, Message = "Lakehouse listens on {Address} and keeps its data in {Folder}")]
    private static partial void LogListening(ILogger logger, string address, string folder);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
