using System.Globalization;
using System.Text.RegularExpressions;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Toml;
using Lakehouse.Host.Cli;
using Lakehouse.Host.Server;
using Lakehouse.Host.Server.Edge;
using Lakehouse.Tests.Fixtures;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Tests.Unit;

public sealed partial class SettingsTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read(string text, double milliseconds)
    {
        Duration.TryParse(text, out var value).Should().BeTrue();
        value.TotalMilliseconds.Should().Be(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1e3s")]
    [InlineData("99999999999999d")]
    public void Other_texts_are_no_durations(string text) => Duration.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1024", 1024)]
    [InlineData("256MiB", 268_435_456)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("2 GB", 2_000_000_000)]
    [InlineData("1tib", 1_099_511_627_776)]
    public void Sizes_are_read(string text, long bytes)
    {
        ByteSize.TryParse(text, out var value).Should().BeTrue();
        value.Should().Be(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1 XB")]
    [InlineData("99999999TiB")]
    public void Other_texts_are_no_sizes(string text) => ByteSize.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Sizes_and_durations_are_written_in_the_largest_unit_that_fits()
    {
        ByteSize.Format(268_435_456).Should().Be("256MiB");
        ByteSize.Format(1_000).Should().Be("1000");
        Duration.Format(TimeSpan.FromSeconds(90)).Should().Be("90s");
        Duration.Format(TimeSpan.FromMinutes(2)).Should().Be("2m");
    }

    [Fact]
    public void The_file_holds_every_key_with_its_default_and_a_comment()
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Build());
        LakehouseSettings.Read(reader, null);
        var path = Repository.File("appsettings.toml");
        var file = Flatten(string.Empty, TomlReader.Read(File.ReadAllBytes(path)));
        var lines = File.ReadAllLines(path);

        file.Keys.Should().BeEquivalentTo(reader.Known.Select(s => $"{s.Table}.{s.Key}"));
        foreach (var setting in reader.Known)
        {
            file[$"{setting.Table}.{setting.Key}"].Should().BeEquivalentTo(setting.DefaultValue, setting.Key);
        }

        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Contains(" = ", StringComparison.Ordinal) && lines[i][0] != '#')
            {
                lines[i - 1].Should().StartWith("#", "line {0} explains line {1}", i, i + 1);
            }
        }
    }

    [Theory]
    [InlineData("query:timeout", "30", "[query] timeout = \"30\" is refused. Allowed: a number with ms, s, m, h or d, e.g. \"30s\", from 10ms to 1d.")]
    [InlineData("query:timeout", "2d", "from 10ms to 1d")]
    [InlineData("ingest:max_columns", "4097", "[ingest] max_columns = \"4097\" is refused. Allowed: a whole number from 1 to 4096.")]
    [InlineData("ingest:compression", "brotli", "one of \"snappy\", \"zstd\"")]
    [InlineData("query:timout", "30s", "[query] timout = \"30s\": there is no such key. The table has: threads, timeout")]
    [InlineData("qery:timeout", "30s", "[qery] timeout = \"30s\": there is no such table. The tables are: [server]")]
    [InlineData("server:bind", "127.1:3110", "[server] bind = \"127.1:3110\" is refused. Allowed: ADDRESS:PORT")]
    [InlineData("storage:buckets:primary:kind", "ftp", "[storage.buckets.primary] kind = \"ftp\" is refused.")]
    [InlineData("auth:token", "two words", "[auth] token")]
    [InlineData("server:health_connections", "1001", "[server] health_connections = \"1001\" is refused. Allowed: a whole number from 0 to 1000.")]
    [InlineData("server:health_connections", "-1", "from 0 to 1000")]
    [InlineData("server:min_response_rate", "1025MiB", "[server] min_response_rate = \"1025MiB\" is refused.")]
    [InlineData("server:min_request_rate", "1025MiB", "[server] min_request_rate = \"1025MiB\" is refused.")]
    [InlineData("server:min_request_rate", "-1", "from 0 to 1GiB")]
    [InlineData("server:rate_grace", "1999ms", "[server] rate_grace = \"1999ms\" is refused.")]
    [InlineData("server:rate_grace", "61m", "from 2s to 1h")]
    [InlineData("server:allowed_hosts", "lake.local,*", "[server] allowed_hosts: \"*\" is refused. Allowed: a host name or an address")]
    [InlineData("server:allowed_hosts:0", "http://lake.local", "[server] allowed_hosts: \"http://lake.local\" is refused.")]
    [InlineData("server:allowed_origins", "*", "[server] allowed_origins: \"*\" is refused. Allowed: an origin as browsers write it")]
    [InlineData("server:allowed_origins", "null", "[server] allowed_origins: \"null\" is refused.")]
    [InlineData("server:allowed_origins", "https://app.example.com/", "[server] allowed_origins: \"https://app.example.com/\" is refused.")]
    [InlineData("server:allowed_origins", "https://App.example.com", "[server] allowed_origins: \"https://App.example.com\" is refused.")]
    [InlineData("server:allowed_origins", "https://app.example.com:443", "[server] allowed_origins: \"https://app.example.com:443\" is refused.")]
    [InlineData("timeout", "30s", "timeout = \"30s\" stands outside every table.")]
    [InlineData("server:bind:port", "1", "[server] bind is a table or a list.")]
    public void A_bad_setting_is_refused_with_table_key_value_and_range(string key, string value, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();

        FluentActions.Invoking(() => LakehouseSettings.Read(configuration, null)).Should().Throw<SettingsException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void A_key_is_read_under_its_former_name_too_but_not_under_both()
    {
        static IConfiguration Over((string Key, string Value) below, (string Key, string Value) above) =>
            new ConfigurationBuilder().AddConfiguration(Configuration(below)).AddConfiguration(Configuration(above)).Build();

        static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();

        LakehouseSettings.Read(Configuration(("vector:fold_log_batches", "7")), null).Vector.CompactLogBatches.Should().Be(7);
        LakehouseSettings.Read(Over(("vector:compact_log_batches", "5"), ("vector:fold_log_batches", "7")), null).Vector.CompactLogBatches.Should().Be(7);
        LakehouseSettings.Read(Over(("vector:fold_log_batches", "5"), ("vector:compact_log_batches", "7")), null).Vector.CompactLogBatches.Should().Be(7);
        FluentActions.Invoking(() => LakehouseSettings.Read(Configuration(("vector:fold_idle", "1s"), ("vector:compact_idle", "1s")), null))
            .Should().Throw<SettingsException>().WithMessage("*[vector] fold_idle is the former name of compact_idle, and both are set.*");
    }

    [Fact]
    public void Every_error_is_named_at_once()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create("query:timeout", (string?)"x"), KeyValuePair.Create(
                "ingest:threads", (string?)"x"), KeyValuePair.Create("nope:x", (string?)"x")]).Build();

        FluentActions.Invoking(() => LakehouseSettings.Read(configuration, null)).Should().Throw<SettingsException>().Which.Errors.Should().HaveCount(3);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("x.toml");
        File.WriteAllText(file, "[query]\ntimeout = \"1s\"\nmax_rows = 1\nmax_running = 1\n");
        Environment.SetEnvironmentVariable("LAKEHOUSE__QUERY__MAX_ROWS", "2");
        Environment.SetEnvironmentVariable("LAKEHOUSE__QUERY__MAX_RUNNING", "2");
        try
        {
            var configuration = SettingsSource.Load(file, new Dictionary<string, string> { ["query.max_running"] = "3" });
            var query = LakehouseSettings.Read(configuration, null).Query;
            (query.Timeout, query.MaxRows, query.MaxRunning).Should().Be((TimeSpan.FromSeconds(1), 2, 3));
        }
        finally
        {
            Environment.SetEnvironmentVariable("LAKEHOUSE__QUERY__MAX_ROWS", null);
            Environment.SetEnvironmentVariable("LAKEHOUSE__QUERY__MAX_RUNNING", null);
        }
    }

    [Fact]
    public void A_named_file_that_is_missing_is_refused() =>
        FluentActions.Invoking(() => SettingsSource.Load("/nowhere/x.toml", new Dictionary<string, string>()))
            .Should().Throw<SettingsException>().Which.Errors.Should().ContainSingle()
            .Which.Should().StartWith("The configuration file /nowhere/x.toml is not there.");

    [Fact]
    public void A_folder_is_no_configuration_file() =>
        FluentActions.Invoking(() => SettingsSource.Load("/", new Dictionary<string, string>()))
            .Should().Throw<SettingsException>().Which.Errors.Should().ContainSingle()
            .Which.Should().StartWith("The configuration file / is a folder.");

    [Fact]
    public void The_table_that_the_file_has_in_a_comment_is_accepted_and_has_every_key()
    {
        var lines = File.ReadAllLines(Repository.File("appsettings.toml"));
        var examples = lines.Select(line => CommentedLine().Match(line)).Where(m => m.Success).Select(m => m.Groups["line"].Value).ToList();
        examples.Should().HaveElementAt(0, "[embed.models.search]");
        var settings = Parse(string.Join('\n', lines.Select(line => CommentedLine().Replace(line, "${line}"))), out var reader);

        reader.Known.Where(s => s.Table == "embed.models.search").Select(s => s.Key)
            .Should().BeEquivalentTo(examples.Skip(1).Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]));
        var model = settings.Embed.Models["search"];
        (model.Provider, model.Url, model.UpstreamModel, model.Dimension).Should().Be(
            ("ollama", new Uri("http://127.0.0.1:11434"), "nomic-embed-text:v1.5", 768));
        (model.QueryPrefix, model.DocumentPrefix, model.BatchSize, model.MaxTextBytes).Should().Be(("search_query: ", "search_document: ", 64, 8_192));
    }

    [Fact]
    public void The_values_that_comments_of_the_file_give_as_examples_are_accepted()
    {
        var (table, comment, tried) = (string.Empty, string.Empty, 0);
        foreach (var line in File.ReadAllLines(Repository.File("appsettings.toml")))
        {
            if (line.StartsWith('#'))
            {
                comment += line[1..];
                continue;
            }

            table = line.StartsWith('[') ? line : table;
            foreach (Match example in CommentedValue().Matches(comment))
            {
                var (key, value) = (line[..line.IndexOf(" =", StringComparison.Ordinal)], example.Groups["value"].Value);
                var settings = Parse($"{table}\n{key} = {value}\n", out _);
                FluentActions.Invoking(() => new AllowedNetworks(settings.Auth.AllowedIps)).Should().NotThrow(value);
                tried++;
            }

            comment = string.Empty;
        }

        tried.Should().BeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void The_tables_that_the_pages_show_are_accepted()
    {
        var pages = Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md"));
        var shown = pages.SelectMany(page => ShownToml().Matches(File.ReadAllText(page))).Select(m => m.Groups["toml"].Value).ToList();

        shown.Should().NotBeEmpty();
        shown.ForEach(toml => FluentActions.Invoking(() => Parse(toml, out _)).Should().NotThrow(toml));
    }

    [Theory]
    [InlineData("Could not find a part of the path '/elsewhere/objects/a'.", "storage.buckets.other.folder = \"/elsewhere/objects\"")]
    [InlineData("The file '/elsewhere/objects' already exists.", "storage.buckets.other.folder = \"/elsewhere/objects\"")]
    [InlineData("Access to the path '/elsewhere/objects2' is denied.", "storage.data_dir = \"/data\"")]
    [InlineData("Access to the path '/data/objects' is denied.", "storage.data_dir = \"/data\"")]
    [InlineData("Access to the path '/data/inner/a' is denied.", "storage.buckets.inner.folder = \"/data/inner\"")]
    public void An_error_of_a_folder_names_the_setting_of_that_folder(string message, string setting)
    {
        var storage = Parse(
            "storage.data_dir = '/data'\nstorage.buckets.other.folder = '/elsewhere/objects'\nstorage.buckets.inner.folder = '/data/inner'", out _).Storage;

        ServeCommand.PlaceOf(message, storage).Should().Be(setting);
    }

    private static LakehouseSettings Parse(string toml, out SettingsReader reader)
    {
        var document = TomlReader.Read(System.Text.Encoding.UTF8.GetBytes(toml));
        reader = new SettingsReader(new ConfigurationBuilder().Add(new TomlConfigurationSource(document)).Build());
        return LakehouseSettings.Read(reader, null);
    }

    [GeneratedRegex(@"^# (?<line>\[[a-z_.]+\]|[a-z_]+ = [""0-9\[tf].*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CommentedLine();

    [GeneratedRegex(@"e\.g\. (?<value>\[[^\]]*\]|""[^""]*"")", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CommentedValue();

    [GeneratedRegex(@"^```toml\n(?<toml>.*?)^```$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1_000)]
    private static partial Regex ShownToml();

    private static Dictionary<string, object> Flatten(string path, TomlTable table)
    {
        var flat = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, value) in table.Values)
        {
            if (value is TomlTable child)
            {
                foreach (var (below, leaf) in Flatten($"{path}{key}.", child))
                {
                    flat.Add(below, leaf);
                }
            }
            else
            {
                flat.Add(string.Create(CultureInfo.InvariantCulture, $"{path}{key}"), value);
            }
        }

        return flat;
    }
}
