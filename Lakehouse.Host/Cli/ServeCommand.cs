using Lakehouse.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Host.Server;
using Lakehouse.Host.Server.Connections;
using Lakehouse.Host.Server.Edge;
using Lakehouse.Query;
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
        var configuration = SettingsSource.Load(configPath, overrides);
        var settings = LakehouseSettings.Read(configuration, Environment.GetEnvironmentVariable(BindGate.OverrideVariable));
        RequireEngine();
        using var held = LakeLock.TryTake(settings.Storage.DataDirectory);
        await using var app = LakehouseServer.Build(settings);
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Lakehouse");
        if (BindGate.FindWarning(settings.Server.Bind) is { } warning)
        {
            LogWarning(logger, warning);
        }

        if (held is null)
        {
            LogWarning(
                logger,
                $"Another process has opened {settings.Storage.DataDirectory}. Only one at a time can write to a vector index; give each its own "
                + "storage.data_dir.");
        }

        if (settings.Query.IsIsolated && !QueryModule.CanIsolate)
        {
            LogWarning(
                logger,
                "[query] isolation is \"process\", which this system does not offer: SQL runs in the server's process, and a hostile statement can end it.");
        }

        if (!settings.Query.IsIsolated)
        {
            LogWarning(logger, "[query] isolation is \"none\": SQL runs in the server's process, and a hostile statement can end it.");
        }

        if (app.Services.GetRequiredService<ConnectionTable>().ConnectionsMax is var fitting && fitting < settings.Server.MaxConnections)
        {
            LogWarning(
                logger,
                $"The system lets this process have {DescriptorBudget.ReadLimit()} file descriptors (ulimit -n): {fitting} connections can be open at once, "
                + $"not {settings.Server.MaxConnections} (server.max_connections).");
        }

        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new CommandException($"{settings.Server.Bind} is in use by another program. Stop that one, or choose another port with --server.bind.");
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            throw new CommandException($"The program cannot listen on {settings.Server.Bind}: {error.Message}");
        }
        catch (LakehouseException error)
        {
            var where = error.InnerException is { } cause && FileSystemErrors.Is(cause)
                ? $" ({PlaceOf(cause.Message, settings.Storage)}: {cause.Message})"
                : string.Empty;
            throw new CommandException(error.Message + where, error);
        }

        if (settings.Auth.Token.Length == 0 && app.Services.GetRequiredService<IProfiles>().HasAny)
        {
            LogWarning(logger, "There are profiles and no auth.token, so that nobody is the administrator.");
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        LogListening(logger, string.Join(" ", addresses), settings.Storage.DataDirectory);
        using var stopping = app.Lifetime.ApplicationStopping.Register(() => LogStopping(logger, Duration.Format(settings.Server.ShutdownTimeout)));
        if (await app.Services.GetRequiredService<SignalLifetime>().WaitAsync(stop))
        {
            try
            {
                await app.StopAsync(CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                LogCut(logger, Duration.Format(settings.Server.ShutdownTimeout));
            }
        }

        LogStopped(logger);
        return 0;
    }

    /// <summary>The setting that names the folder of a file system error: that of a bucket which is elsewhere, or else <c>data_dir</c>.</summary>
    internal static string PlaceOf(string message, StorageOptions storage)
    {
        // .NET quotes the path of the file that an error is about.
        bool IsAbout(string folder) =>
            message.Contains($"'{folder}'", StringComparison.Ordinal) || message.Contains($"'{folder}{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

        var elsewhere = storage.Buckets.Where(b => b.HasOwnFolder && IsAbout(b.Folder)).MaxBy(b => b.Folder.Length);
        return elsewhere is null
            ? $"storage.data_dir = \"{storage.DataDirectory}\""
            : $"storage.buckets.{elsewhere.Name}.folder = \"{elsewhere.Folder}\"";
    }

    /// <summary>Asks DuckDB's library for its version, so that a missing library is reported at the start and not by the first query.</summary>
    private static void RequireEngine()
    {
        try
        {
            _ = DuckDbDatabase.LibraryVersion;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new CommandException(
                "DuckDB's library (libduckdb) is not beside the program, or is not one for this machine. "
                + "Build again, which fetches it with npm, or build with -p:DuckDbLibrary=PATH for a library of your own.");
        }
    }

    [LoggerMessage(EventId = 5010, Level = LogLevel.Information, Message = "Lakehouse listens on {Address} and keeps its data in {Folder}")]
    private static partial void LogListening(ILogger logger, string address, string folder);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(
        EventId = 5012, Level = LogLevel.Information, Message = "Lakehouse stops; running requests have {Timeout} to finish; Ctrl-C again ends it now")]
    private static partial void LogStopping(ILogger logger, string timeout);

    [LoggerMessage(EventId = 5018, Level = LogLevel.Warning, Message = "Requests that still ran after {Timeout} (server.shutdown_timeout) were cut off")]
    private static partial void LogCut(ILogger logger, string timeout);

    [LoggerMessage(EventId = 5013, Level = LogLevel.Information, Message = "Lakehouse has stopped")]
    private static partial void LogStopped(ILogger logger);
}
