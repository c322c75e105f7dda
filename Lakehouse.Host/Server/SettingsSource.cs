using Lakehouse.Core.Configuration;
using Lakehouse.Core.Toml;

namespace Lakehouse.Host.Server;

/// <summary>
/// The sources of settings. Each overrides the ones before it: defaults, configuration file, secrets file, environment (<c>LAKEHOUSE__QUERY__TIMEOUT</c>),
/// command line (<c>--query.timeout 30s</c>).
/// </summary>
public static class SettingsSource
{
    /// <summary>The file that is read when none is given: in the working folder, or else beside the program.</summary>
    public const string DefaultFileName = "appsettings.toml";

    private const string EnvironmentPrefix = "LAKEHOUSE__";

    /// <summary>Joins the sources.</summary>
    /// <param name="path">The configuration file that was given, or null.</param>
    /// <param name="overrides">The command line's settings by <c>table.key</c>.</param>
    /// <exception cref="SettingsException">The given file does not exist, a file is not TOML, or others may read the secrets file.</exception>
    public static IConfiguration Load(string? path, IReadOnlyDictionary<string, string> overrides)
    {
        var foundations = new List<IConfigurationSource>();
        var file = path ?? Array.Find([DefaultFileName, Path.Combine(AppContext.BaseDirectory, DefaultFileName)], File.Exists);
        if (file is not null)
        {
            if (Directory.Exists(file))
            {
                throw new SettingsException([$"The configuration file {file} is a folder. Name the TOML file in it, or leave --config out for the defaults."]);
            }

            // Does not fall back to the defaults: with a misspelt path, the program would open another lake, or listen without its token.
            foundations.Add(File.Exists(file)
                ? new TomlConfigurationSource(Read(file))
                : throw new SettingsException([$"The configuration file {file} is not there. Name one that is, or leave --config out for the defaults."]));
        }

        var settings = Complete(foundations, overrides);
        if (settings["secrets:file"] is not { Length: > 0 } secrets)
        {
            return settings;
        }

        // Overrides the configuration file, and is overridden by the environment. A secrets file cannot name another one.
        foundations.Add(new TomlConfigurationSource(ReadSecrets(secrets)));
        return Complete(foundations, overrides);
    }

    /// <summary>Adds the environment and the command line over the files.</summary>
    private static IConfigurationRoot Complete(List<IConfigurationSource> foundations, IReadOnlyDictionary<string, string> overrides)
    {
        var builder = new ConfigurationBuilder();
        foundations.ForEach(source => builder.Add(source));
        return builder
            .AddEnvironmentVariables(EnvironmentPrefix)
            .AddInMemoryCollection(overrides.Select(o => KeyValuePair.Create(o.Key.Replace(".", ":", StringComparison.Ordinal), (string?)o.Value)))
            .Build();
    }

    /// <summary>Reads a TOML file that only its owner may read.</summary>
    private static TomlTable ReadSecrets(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!File.Exists(path))
        {
            throw new SettingsException([$"[secrets] file = \"{path}\": {(Directory.Exists(path) ? "this is a folder" : "there is no such file")}."]);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != UnixFileMode.None)
        {
            throw new SettingsException([$"[secrets] file = \"{path}\" can be read or written by others than its owner. Take their rights away: chmod 600."]);
        }

        return Read(path);
    }

    private static TomlTable Read(string path)
    {
        try
        {
            return TomlReader.Read(File.ReadAllBytes(path));
        }
        catch (TomlException error)
        {
            throw new SettingsException([$"{path}, {error.Message}."]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"The configuration file {path} cannot be read: {error.Message}"]);
        }
    }
}
