using Lakehouse.Core.Configuration;
using Lakehouse.Core.Toml;

namespace Lakehouse.Host.Server;

/// <summary>Where settings come from, each over the one before: defaults, file, environment (<c>LAKEHOUSE__QUERY__TIMEOUT</c>), command line (<c>--query.timeout 30s</c>).</summary>
public static class SettingsSource
{
    /// <summary>The file that is read when none is named: in the working folder, or else beside the program.</summary>
    public const string DefaultFileName = "appsettings.toml";

    private const string EnvironmentPrefix = "LAKEHOUSE__";

    /// <summary>Joins the sources.</summary>
    /// <param name="path">The file that was named, or null.</param>
    /// <param name="overrides">The command line's settings by <c>table.key</c>.</param>
    /// <param name="warning">Set when the file that was named is not there.</param>
    /// <exception cref="SettingsException">The file is not TOML.</exception>
    public static IConfiguration Load(string? path, IReadOnlyDictionary<string, string> overrides, out string? warning)
    {
        warning = null;
        var builder = new ConfigurationBuilder();
        var file = path ?? Array.Find([DefaultFileName, Path.Combine(AppContext.BaseDirectory, DefaultFileName)], File.Exists);
        if (file is not null && File.Exists(file))
        {
            builder.Add(new TomlConfigurationSource(Read(file)));
        }
        else if (file is not null)
        {
            warning = $"The configuration file {file} is not there; the defaults apply.";
        }

        return builder
            .AddEnvironmentVariables(EnvironmentPrefix)
            .AddInMemoryCollection(overrides.Select(o => KeyValuePair.Create(o.Key.Replace(".", ":", StringComparison.Ordinal), (string?)o.Value)))
            .Build();
    }

    private static TomlTable Read(string path)
    {
        try
        {
            return TomlReader.Read(File.ReadAllBytes(path));
        }
        catch (TomlException fault)
        {
            throw new SettingsException([$"{path}, {fault.Message}."]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"The configuration file {path} cannot be read: {fault.Message}"]);
        }
    }
}
