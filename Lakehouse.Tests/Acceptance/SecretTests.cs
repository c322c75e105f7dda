using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Configures secrets, and searches for them in everything that the program logs, answers and writes.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SecretTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [S3Fact]
    public async Task No_secret_is_in_a_log_an_answer_or_a_file()
    {
        var bucket = await S3Server.CreateBucketAsync();
        const string token = "planted-token-5b1e";
        const string embedKey = "planted-embed-key-77aa";
        var secrets = WriteSecrets($"""
            [auth]
            token = "{token}"
            [embed]
            api_key = "{embedKey}"
            [storage.buckets.primary]
            access_key = "{S3Server.AccessKey}"
            secret_key = "{S3Server.SecretKey}"
            """);
        await using var server = await StandInOllama.StartAsync();
        string[] settings =
        [
            "--secrets.file", secrets, "--log.level", "debug", "--embed.provider", "openai", "--embed.url", server.Url, "--embed.default_model", "m",
            "--storage.buckets.primary.kind", "s3", "--storage.buckets.primary.endpoint", S3Server.Url!, "--storage.buckets.primary.bucket", bucket,
        ];
        var said = new StringBuilder();
        await using (var process = await LakehouseProcess.StartAsync(_folder.File("data"), settings))
        {
            said.Append(await process.Http.GetStringAsync("/health"));
            process.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            foreach (var (path, body) in new (string, object)[]
            {
                ("/v1/ingest?name=t", "v\n1\n"),
                ("/v1/sql", new { sql = "SELECT * FROM t" }),
                ("/v1/sql", new { sql = "SELECT * FROM duckdb_settings()" }),
                ("/v1/sql", new { sql = "SELECT current_setting('s3_secret_access_key')" }),
                ("/v1/sql", new { sql = "EXPLAIN SELECT * FROM t" }),
                ("/v1/embed", new { texts = new[] { "refused by the server, whose key is another" } }),
                ("/v1/search", new { index = "none", text = "x" }),
            })
            {
                using var response = body is string csv
                    ? await process.Http.PostAsync(path, new StringContent(csv))
                    : await process.Http.PostAsJsonAsync(path, body);
                said.Append(await response.Content.ReadAsStringAsync());
            }

            said.Append(await process.Http.GetStringAsync("/v1/storage/list"));
            said.Append(process.Log);
        }

        // A pipe holds nothing, and reading one waits for a writer.
        var files = Directory.EnumerateFiles(_folder.File("data"), "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(f => !f.EndsWith(".pipe", StringComparison.Ordinal)))
        {
            said.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }

        said.ToString().Should().Contain("listens on").And.Contain("refused the credentials");
        foreach (var secret in new[] { token, embedKey, S3Server.SecretKey })
        {
            said.ToString().Contains(secret, StringComparison.Ordinal).Should().BeFalse("{0} is a secret", secret);
        }
    }

    [Fact]
    public async Task A_secrets_file_that_others_can_read_is_refused()
    {
        var secrets = WriteSecrets("[auth]\ntoken = \"planted-token-5b1e\"\n");
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var (code, output, error) = await LakehouseProcess.RunAsync(
            new Dictionary<string, string>(), "serve", "--secrets.file", secrets, "--storage.data_dir", _folder.File("data"));

        code.Should().NotBe(0);
        error.Should().Contain("chmod 600").And.NotContain("planted");
        output.Should().NotContain("planted");
    }

    [Fact]
    public async Task A_misspelt_key_of_a_secret_is_named_without_its_value()
    {
        var secrets = WriteSecrets("[storage.buckets.primary]\nsecret_kye = \"planted-5b1e\"\nsecret_keys = \"planted-77aa\"\n");

        var (code, _, error) = await LakehouseProcess.RunAsync(
            new Dictionary<string, string>(), "serve", "--secrets.file", secrets, "--storage.data_dir", _folder.File("data"));

        code.Should().NotBe(0);
        error.Should().Contain("secret_kye").And.Contain("secret_keys").And.NotContain("planted");
    }

    [Fact]
    public async Task A_secret_wins_over_the_file_and_loses_to_the_command_line()
    {
        var secrets = WriteSecrets("[auth]\ntoken = \"from-secrets\"\n");
        await using (var process = await LakehouseProcess.StartAsync(_folder.File("data"), "--secrets.file", secrets))
        {
            process.Http.DefaultRequestHeaders.Authorization = new("Bearer", "from-secrets");
            (await process.Http.GetAsync("/v1/catalog/list")).IsSuccessStatusCode.Should().BeTrue();
        }

        await using (var process = await LakehouseProcess.StartAsync(_folder.File("data"), "--secrets.file", secrets, "--auth.token", "from-line"))
        {
            process.Http.DefaultRequestHeaders.Authorization = new("Bearer", "from-line");
            (await process.Http.GetAsync("/v1/catalog/list")).IsSuccessStatusCode.Should().BeTrue();
        }
    }

    private string WriteSecrets(string toml)
    {
        var path = _folder.File("secrets.toml");
        File.WriteAllText(path, toml);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
