using System.CommandLine;
using System.Text.RegularExpressions;
using Lakehouse.Core.Configuration;
using Lakehouse.Host.Cli.Access;
using Lakehouse.Host.Cli.Agents;
using Lakehouse.Host.Cli.Sql;

namespace Lakehouse.Host.Cli;

/// <summary>The commands: <c>serve</c> (when none is given), <c>sample</c>, <c>ingest</c>, <c>sql</c>, <c>mcp</c>, <c>token</c>.</summary>
internal static partial class CommandLine
{
    // WebApplicationFactory gives these to every program. Nothing here depends on them.
    private static readonly string[] HostingKeys = [HostDefaults.EnvironmentKey, HostDefaults.ContentRootKey, HostDefaults.ApplicationKey];

    /// <summary>Runs a command line and returns the exit code: 0, or 1 with one line on the error output that says why.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (EngineCommand.TryRun(args))
            {
                return 1;
            }

            var rest = TakeSettings(args, out var settings);
            var root = Create(settings);
            var parsed = root.Parse(rest);
            OptionCheck.Require(parsed.CommandResult.Command, [.. root.Options.Where(o => o.Recursive)], rest);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (SettingsException error) when (!IsEmbedded(args))
        {
            foreach (var line in error.Errors)
            {
                await Terminal.Error.WriteLineAsync(line);
            }

            return 1;
        }
        catch (CommandException error) when (!IsEmbedded(args))
        {
            await Terminal.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    /// <summary>True when another program starts this one in its own process: an error is for that program, not for a terminal.</summary>
    private static bool IsEmbedded(string[] args) => Array.Exists(args, a => a.StartsWith($"--{HostDefaults.ApplicationKey}=", StringComparison.Ordinal));

    private static RootCommand Create(Dictionary<string, string> settings)
    {
        var config = new Option<string?>("--config")
        {
            Description = "The configuration file; appsettings.toml in the working folder when not given",
            Recursive = true,
        };
        var root = new RootCommand("Lakehouse: files in over HTTP; SQL out. Settings can be given as --table.key VALUE, e.g. --server.bind 127.0.0.1:4000.");
        root.Options.Add(config);
        foreach (var key in HostingKeys)
        {
            root.Options.Add(new Option<string?>("--" + key) { Hidden = true });
        }

        var serve = new Command("serve", "Starts the server (the default)");
        root.SetAction((parsed, stop) => ServeCommand.RunAsync(parsed.GetValue(config), settings, stop));
        serve.SetAction((parsed, stop) => ServeCommand.RunAsync(parsed.GetValue(config), settings, stop));
        root.Subcommands.Add(serve);
        root.Subcommands.Add(SampleCommand.Create(settings));
        root.Subcommands.Add(IngestCommand.Create(config, settings));
        root.Subcommands.Add(SqlCommand.Create(config, settings));
        root.Subcommands.Add(McpCommand.Create(config, settings));
        root.Subcommands.Add(TokenCommand.Create(config, settings));
        return root;
    }

    /// <summary>Takes <c>--table.key value</c> and <c>--table.key=value</c> out of the arguments.</summary>
    private static string[] TakeSettings(string[] args, out Dictionary<string, string> settings)
    {
        settings = [];
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var match = SettingArgument().Match(args[i]);
            if (!match.Success)
            {
                rest.Add(args[i]);
            }
            else if (match.Groups["value"].Success)
            {
                settings[match.Groups["key"].Value] = match.Groups["value"].Value;
            }
            else if (i + 1 < args.Length)
            {
                settings[match.Groups["key"].Value] = args[++i];
            }
            else
            {
                throw new SettingsException([$"{args[i]} needs a value."]);
            }
        }

        return [.. rest];
    }

    [GeneratedRegex(
        "^--(?<key>[A-Za-z_]+(\\.[A-Za-z_]+)+)(=(?<value>.*))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SettingArgument();
}
