using Lakehouse.Core.Configuration;
using Lakehouse.Core.Toml;

namespace Lakehouse.Host.Server;

/// <summary>
/// Where settings come from, each over the one before: defaults, file, environment (<c>LAKEHOUSE__QUERY__TIMEOUT</c>), command line (<c>--query.timeout
/// 30s</c>).
/// </summary>
public static class SettingsSource
{
    /// <summary>The file that is read when none is named: in the working folder, or else beside the program.</summary>
    public const string DefaultFileName = "appsettings.toml";

    private const string EnvironmentPrefix = "LAKEHOUSE__";

    /// <summary>Joins the sources.</summary>
    /// <param name="path">The file that was named, or null.</param>
    /// <param name="overrides">The command line's settings by <c>table.key</c>.</param>
    /// <exception cref="SettingsException">The file that was named is not there, or the file is not TOML.</exception>
    public static IConfiguration Load(string? path, IReadOnlyDictionary<string, string> overrides)
    {
        var foundations = new List<IConfigurationSource>();
        var file = path ?? Array.Find([DefaultFileName, Path.Combine(AppContext.BaseDirectory, DefaultFileName)], File.Exists);
        if (file is not null)
        {
            // Not the defaults: a misspelt path must not open another lake, or one without its token.
            foundations.Add(File.Exists(file)
                ? new TomlConfigurationSource(Read(file))
                : throw new SettingsException([$"The configuration file {file} is not there. Name one that is, or leave --config out for the defaults."]));
        }

        var settings = Complete(foundations, overrides);
        if (settings["secrets:file"] is not { Length: > 0 } secrets)
        {
            return settings;
        }

        // Over the configuration's file, below the environment; and it cannot name another one.
        foundations.Add(new TomlConfigurationSource(ReadSecrets(secrets)));
        return Complete(foundations, overrides);
    }

    /// <summary>Lays the environment and the command line over what files say.</summary>
    private static IConfigurationRoot Complete(List<IConfigurationSource> foundations, IReadOnlyDictionary<string, string> overrides)
    {
        var builder = new ConfigurationBuilder();
        foundations.ForEach(source => builder.Add(source));
        return builder
            .AddEnvironmentVariables(EnvironmentPrefix)
            .AddInMemoryCollection(overrides.Select(o => KeyValuePair.Create(o.Key.Replace(".", ":", StringComparison.Ordinal), (string?)o.Value)))
            .Build();
    }

    /// <summary>A file like the configuration's that nobody but its owner may read.</summary>
    private static TomlTable ReadSecrets(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!File.Exists(path))
        {
            throw new SettingsException([$"[secrets] file = \"{path}\": there is no such file."]);
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
