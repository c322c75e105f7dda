using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lakehouse.Host.Sample;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Tests what README promises with the built program: HTTP, files, signals.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task A_full_disk_is_said_so_and_changes_nothing()
    {
        using var disk = new SmallDisk("24m");
        await using var server = await LakehouseProcess.StartAsync(Path.Combine(disk.Path, "data"), "--ingest.segment_bytes", "4MiB");
        await server.IngestAsync("small", Workers(1_000));
        var before = Files(disk);

        // Too large for the spool, then for spool and data files together (random digits hardly compress), then for an object.
        var random = new Random(5);
        var digits = Encoding.ASCII.GetBytes(
            "a,b\n" + string.Concat(Enumerable.Range(0, 250_000).Select(_ => $"{random.NextInt64()},x{random.NextInt64()}x{random.NextInt64()}\n")));
        foreach (var call in new Func<Task<HttpResponseMessage>>[]
        {
            () => server.Http.PostAsync("/v1/ingest?name=large", new ByteArrayContent(Workers(60_000))),
            () => server.Http.PostAsync("/v1/ingest?name=digits", new ByteArrayContent(digits)),
            () => server.Http.PutAsync("/v1/storage/put/large", new ByteArrayContent(new byte[30 << 20])),
        })
        {
            using var answer = await call();
            answer.StatusCode.Should().Be(HttpStatusCode.InsufficientStorage);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("disk_full");
            Files(disk).Should().BeEquivalentTo(before);
        }

        await server.IngestAsync("small", Workers(1_001));
        (await server.RowsAsync("SELECT count(*) FROM small")).Should().Be("[[1001]]");
    }

    [SmallDiskFact]
    public async Task A_start_on_a_read_only_disk_is_one_line_and_exit_code_1()
    {
        using var disk = new SmallDisk("1m");
        disk.Remount(isReadOnly: true);
        var (code, _, error) = await LakehouseProcess.RunAsync(
            NoEnvironment, "serve", "--server.bind", "127.0.0.1:0", "--storage.data_dir", Path.Combine(disk.Path, "data"));
        code.Should().Be(1);
        error.Trim().Should().NotContain("\n").And.Contain("storage.data_dir").And.Contain("read-only");
    }

    [NobodyFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_folder_without_the_right_to_write_is_said_so_and_reads_go_on()
    {
        var data = Path.Combine(_folder.Path, "data");
        await using (var root = await LakehouseProcess.StartAsync(data))
        {
            await root.IngestAsync("small", Workers(1_000));
            (await root.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "v", dimension = 2 })).EnsureSuccessStatusCode();
        }

        // Other users may read everything, but write only in the folder where every process makes its own folder.
        const UnixFileMode readable =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var folder in Directory.EnumerateDirectories(_folder.Path, "*", SearchOption.AllDirectories).Append(_folder.Path))
        {
            File.SetUnixFileMode(folder, readable);
        }

        var (code, _, error) = await LakehouseProcess.RunAsNobodyAsync("serve", "--server.bind", "127.0.0.1:0", "--storage.data_dir", data);
        code.Should().Be(1);
        error.Trim().Should().NotContain("\n").And.Contain("storage.data_dir");

        File.SetUnixFileMode(Path.Combine(data, "tmp"), readable | UnixFileMode.OtherWrite);
        await using var server = await LakehouseProcess.StartAsNobodyAsync(data);
        await RequireRefusedAsync(server, "storage_denied");
        (await server.RowsAsync("SELECT count(*) FROM small")).Should().Be("[[1000]]");
    }

    [Fact]
    public async Task A_token_of_a_configured_profile_is_made_without_a_server()
    {
        using var folder = new TemporaryFolder();
        var (code, token, record) = await LakehouseProcess.RunAsync(
            new Dictionary<string, string>(), "token", "new", "reader", "--record", "toml", "--expires", "1d");
        code.Should().Be(0, record);
        var config = folder.File("lake.toml");
        await File.WriteAllTextAsync(config, $"[auth]\ntoken = \"secret\"\n\n[profiles.reader]\nactions = [\"read\"]\n\n{record}");
        await using var server = await LakehouseProcess.StartAsync(folder.File("data"), "--config", config);
        server.Http.DefaultRequestHeaders.Authorization = new("Bearer", token.Trim());
        (await server.Http.GetStringAsync("/v1/whoami")).Should().Contain("reader");
        (await LakehouseProcess.RunAsync(new Dictionary<string, string>(), "token", "new", "a b", "--record", "json")).Error.Should().Contain("'a b'");
    }

    [Fact]
    public async Task A_graceful_stop_lets_running_requests_finish()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path);
        await server.IngestAsync("t", Workers(2_000));
        using var answer = await server.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/sql")
            {
                Content = JsonContent.Create(
                new { sql = "SELECT a.* FROM t a, range(40)" })
            }, HttpCompletionOption.ResponseHeadersRead);
        var stopped = server.StopAsync();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        body.RootElement.GetProperty("row_count").GetInt32().Should().Be(80_000);
        (await stopped).Should().Be(0);
    }

    [Fact]
    public async Task A_stop_with_requests_that_do_not_end_is_a_stop()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path, "--server.shutdown_timeout", "1s");
        using var silent = new TcpClient("127.0.0.1", server.Http.BaseAddress!.Port);
        await silent.GetStream().WriteAsync("GET /hea"u8.ToArray());
        var query = server.Http.PostAsJsonAsync(
            "/v1/sql", new { sql = "SELECT sum(i * j) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 1" });
        await Until.HoldsAsync(() => EngineProcesses.Of(server.Id).Count > 0);

        (await server.StopAsync()).Should().Be(0, "{0}", server.Log);
        server.Log.Should().Contain("Lakehouse has stopped").And.NotContain("Unhandled");
        await query.Invoking(q => q).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Rows_that_cannot_be_written_are_an_error()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path);
        var (code, _, error) = await LakehouseProcess.RunPipedAsync(
            "> /dev/full", "sql", "--url", server.Http.BaseAddress!.ToString(), "SELECT i FROM range(100000) t(i)");
        (code, error.Trim()).Should().Be((1, "The output cannot be written, so it is not the whole answer: No space left on device"));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var bind = taken.LocalEndpoint.ToString()!;
        var (code, _, error) = await LakehouseProcess.RunAsync(NoEnvironment, "--server.bind", bind, "--storage.data_dir", _folder.Path);
        code.Should().Be(1);
        error.Trim().Should().Be($"{bind} is in use by another program. Stop that one, or choose another port with --server.bind.");
    }

    [Theory]
    [InlineData("LAKEHOUSE__QUERY__TIMEOUT", "soon", "[query] timeout = \"soon\" is refused.")]
    [InlineData("LAKEHOUSE__QUERY__TIMOUT", "30s", "[query] timout = \"30s\": there is no such key.")]
    [InlineData("LAKEHOUSE__SERVER__BIND", "0.0.0.0:3999", "LH_GATEWAY_ALLOW_NONLOOPBACK")]
    public async Task Bad_configuration_is_refused_at_start(string variable, string value, string message)
    {
        var (code, _, error) = await LakehouseProcess.RunAsync(new Dictionary<string, string> { [variable] = value }, "--storage.data_dir", _folder.Path);
        code.Should().Be(1);
        error.Should().Contain(message);
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty("nothing is touched before the configuration is accepted");
    }

    [Theory]
    [InlineData("--server.bind needs a value.", "--server.bind")]
    [InlineData("[server] bnd = \"x\": there is no such key.", "serve", "--server.bnd=x")]
    [InlineData("Unrecognized command or argument 'nonsense'.", "nonsense")]
    [InlineData("--rows is -1; it is a number from 0 to 100000000.", "sample", "workers", "--rows", "-1")]
    [InlineData("workers has no option --row. The nearest is --rows. It has: --rows, --out, --help, --config.", "sample", "workers", "--row", "3")]
    [InlineData("sample takes no settings, and --server.bind is one.", "sample", "workers", "--server.bind", "127.0.0.1:1")]
    [InlineData("sql has no option --fromat. It has: --url, --help, --config.", "sql", "--fromat", "csv")]
    [InlineData("sql has no option --ulr. The nearest is --url.", "sql", "SELECT 1", "--ulr=http://127.0.0.1:1")]
    [InlineData("ingest has no option --delimeter. The nearest is --delimiter.", "ingest", "x.csv", "--delimeter", "tab")]
    [InlineData("serve has no option --confg. The nearest is --config.", "serve", "--confg", "x")]
    [InlineData("lakehouse has no option --confg. The nearest is --config.", "--confg", "x")]
    [InlineData("[server] bidn = \"127.0.0.1:1\": there is no such key.", "sql", "SELECT 1", "--server.bidn", "127.0.0.1:1")]
    [InlineData("'-' has no name that a dataset can have. Give one with --name.", "ingest", "-")]
    [InlineData("'/dev/stdin' has no name that a dataset can have. Give one with --name.", "ingest", "/dev/stdin")]
    [InlineData("'/' is a folder. Name the files in it.", "ingest", "/", "--name", "t")]
    [InlineData("The configuration file / is a folder. Name the TOML file in it, or leave --config out for the defaults.", "serve", "--config", "/")]
    public async Task A_wrong_command_line_is_said_so_with_exit_code_1(string message, params string[] arguments)
    {
        var (code, _, error) = await LakehouseProcess.RunAsync(NoEnvironment, arguments);
        code.Should().Be(1);
        error.Should().StartWith(message).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("ASPNETCORE")]
    [InlineData("DOTNET")]
    public async Task No_variable_of_the_framework_gets_around_the_address(string prefix)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var environment = new Dictionary<string, string>
        {
            [prefix + "_URLS"] = $"http://0.0.0.0:{port}",
            [prefix + "_PREFERHOSTINGURLS"] = "true",
            [prefix + "_HTTP_PORTS"] = $"{port}"
        };
        await using var server = await LakehouseProcess.StartAsync(_folder.Path, environment);

        (await server.RowsAsync("SELECT 1")).Should().Be("[[1]]");
        server.Http.BaseAddress!.Port.Should().NotBe(port);
        using var socket = new TcpClient();
        await socket.Awaiting(s => s.ConnectAsync(IPAddress.Loopback, port)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_file_that_is_no_toml_is_refused_with_its_line()
    {
        var path = _folder.File("bad.toml");
        await File.WriteAllTextAsync(path, "[server]\nbind = nonsense\n");
        var (code, _, error) = await LakehouseProcess.RunAsync(NoEnvironment, "serve", "--config", path);
        (code, error.Trim()).Should().Be((1, $"{path}, line 2, column 8: 'nonsense' is not a value."));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("sql", "SELECT 1")]
    public async Task A_file_that_is_not_there_is_one_line_and_exit_code_1(params string[] arguments)
    {
        var path = _folder.File("missing.toml");
        var (code, output, error) = await LakehouseProcess.RunAsync(NoEnvironment, [.. arguments, "--config", path]);
        (code, output).Should().Be((1, string.Empty));
        error.Trim().Should().Be($"The configuration file {path} is not there. Name one that is, or leave --config out for the defaults.");
    }

    [Fact]
    public async Task A_start_without_the_engine_is_one_line_and_exit_code_1()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetExtension(f) is ".dll" or ".json"))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }

        var (code, output, error) = await LakehouseProcess.RunInAsync(
            _folder.Path, "serve", "--server.bind", "127.0.0.1:0", "--storage.data_dir", _folder.File("data"));
        code.Should().Be(1);
        output.Should().BeEmpty();
        error.Trim().Should().NotContain("\n").And.StartWith("DuckDB's library (libduckdb) is not beside the program").And.Contain("Build again");
        Directory.Exists(_folder.File("data")).Should().BeFalse("nothing is touched by a program that cannot start");
    }

    [Fact]
    public async Task A_stop_is_logged_at_the_signal_and_at_its_end()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path, "--server.shutdown_timeout", "20s");
        (await server.StopAsync()).Should().Be(0);
        server.Log.Should().MatchRegex("(?s)Lakehouse listens on.*Lakehouse stops; running requests have 20s to finish.*Lakehouse has stopped");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_line_and_exit_code_1()
    {
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "");
        var (code, _, error) = await LakehouseProcess.RunAsync(NoEnvironment, "--server.bind", "127.0.0.1:0", "--storage.data_dir", Path.Combine(file, "data"));
        code.Should().Be(1);
        error.Trim().Split('\n').Should().ContainSingle().Which.Should().Contain("The data folder could not be read or written.");
    }

    [Fact]
    public async Task A_folder_of_a_bucket_that_cannot_be_used_is_named_and_not_the_data_folder()
    {
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "");
        var (code, _, error) = await LakehouseProcess.RunAsync(
            NoEnvironment, "--server.bind", "127.0.0.1:0", "--storage.data_dir", _folder.File("data"), "--storage.buckets.other.folder", file + "/objects");
        code.Should().Be(1);
        error.Trim().Should().NotContain("\n").And.NotContain("data_dir").And.Contain($"(storage.buckets.other.folder = \"{file}/objects\": ");
    }

    [Fact]
    public async Task Ingest_reads_the_standard_input_and_named_pipes_as_they_are_written()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        var csv = _folder.File("numbers.txt");
        await File.WriteAllTextAsync(csv, "7;8\n1;a,b\n2;c\n");

        var refused = await LakehouseProcess.RunPipedAsync($"< {csv}", "ingest", "-", "--name", "t", "--url", url);
        refused.Error.Should().Contain("the first line does not look like a header");
        var options = await LakehouseProcess.RunPipedAsync($"< {csv}", "ingest", "-", "--name", "t", "--header", "--delimiter", "semicolon", "--url", url);
        options.Output.Should().StartWith("t: 2 rows, version 1", options.Error);
        (await server.RowsAsync("SELECT \"7\", \"8\" FROM t")).Should().Be("[[1,\"a,b\"],[2,\"c\"]]");
        var comma = await LakehouseProcess.RunAsync(NoEnvironment, "ingest", csv, "--name", "u", "--header", "--delimiter", "comma", "--url", url);
        comma.Error.Should().Contain("Line 2, column 1: 2 fields, expected 1");

        // The last row is written only when the server has begun with the first ones: nothing waits for the end of the pipe.
        var pipe = _folder.File("piped.csv");
        var made = await LakehouseProcess.RunCommandAsync(_folder.Path, "mkfifo", pipe);
        made.ExitCode.Should().Be(0, made.Error);
        var scratch = Path.Combine(_folder.File("data"), "tmp"); // a folder for each process, in it one for each ingest
        var before = Directory.EnumerateDirectories(scratch).SelectMany(Directory.EnumerateDirectories).Count();
        var ingest = LakehouseProcess.RunAsync(NoEnvironment, "ingest", pipe, "--url", url);
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await writer.WriteAsync(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,x\n", 8_000))));
            await Until.HoldsAsync(() => Directory.EnumerateDirectories(scratch).SelectMany(Directory.EnumerateDirectories).Count() > before);
            await writer.WriteAsync(Encoding.UTF8.GetBytes("2,y\n"));
        }

        var (exitCode, output, error) = await ingest;
        (exitCode, output).Should().Match<(int, string)>(r => r.Item1 == 0 && r.Item2.StartsWith("piped: 8,001 rows, version 1"), error);
    }

    [Fact]
    public async Task A_pipe_that_is_too_slow_for_the_server_is_said_so()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"), "--server.rate_grace", "2s", "--log.level", "debug");
        var pipe = _folder.File("slow.csv");
        (await LakehouseProcess.RunCommandAsync(_folder.Path, "mkfifo", pipe)).ExitCode.Should().Be(0);
        var ingest = LakehouseProcess.RunAsync(NoEnvironment, "ingest", pipe, "--url", server.Http.BaseAddress!.ToString());
        var rows = Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,x\n", 8_000)));
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await writer.WriteAsync(rows);
            await Until.HoldsAsync(() => server.Log.Contains("/v1/ingest 408 ", StringComparison.Ordinal));
            try
            {
                while (!ingest.IsCompleted)
                {
                    await writer.WriteAsync(rows); // the client notices that the connection is closed when it writes
                }
            }
            catch (IOException)
            {
                // The client has ended, and with it the other end of the pipe.
            }
        }

        var (exitCode, output, error) = await ingest;
        (exitCode, output).Should().Be((1, string.Empty));
        error.Should().Contain("server.min_request_rate").And.NotContain("Is the server running?");
        (await server.RowsAsync("SELECT count(*) FROM (SHOW TABLES)")).Should().Be("[[0]]");
    }

    [Fact]
    public async Task The_verbs_make_a_sample_ingest_it_and_query_it()
    {
        var csv = _folder.File("workers.csv");
        (await LakehouseProcess.RunAsync(NoEnvironment, "sample", "workers", "--rows", "500", "--out", csv)).ExitCode.Should().Be(0);
        (await LakehouseProcess.RunAsync(NoEnvironment, "sample", "workers", "--rows", "500")).Output.Should().Be(await File.ReadAllTextAsync(csv));
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();

        var ingest = await LakehouseProcess.RunAsync(NoEnvironment, "ingest", csv, "--url", url);
        (ingest.ExitCode, ingest.Output).Should().Match<(int, string)>(r => r.Item1 == 0 && r.Item2.StartsWith("workers: 500 rows, version 1"), ingest.Error);

        var query = await LakehouseProcess.RunAsync(
            NoEnvironment, "sql", "SELECT worker_id, zip, '' AS e, NULL AS n, 'a,\"b' AS q, [1, 2] AS l FROM workers ORDER BY 1 LIMIT 2", "--url", url);
        query.Output.Should().MatchRegex(
            "^worker_id,zip,e,n,q,l\nW0000001,[0-9]{5},\"\",,\"a,\"\"b\",\"\\[1,2\\]\"\nW0000002,[0-9]{5},\"\",,\"a,\"\"b\",\"\\[1,2\\]\"\n$", query.Error);

        // The CSV that the command writes to a pipe can be ingested again, with the same result.
        var whole = await LakehouseProcess.RunAsync(NoEnvironment, "sql", "FROM workers", "--url", url);
        await server.IngestAsync("copy", Encoding.UTF8.GetBytes(whole.Output));
        (await server.RowsAsync("SELECT count(*) FROM (FROM workers EXCEPT FROM copy)")).Should().Be("[[0]]");

        var bad = await LakehouseProcess.RunAsync(NoEnvironment, "sql", "SELECT nope FROM workers", "--url", url);
        (bad.ExitCode, bad.Error).Should().Match<(int, string)>(r => r.Item1 == 1 && r.Item2.StartsWith("Binder Error"));
        (await LakehouseProcess.RunAsync(NoEnvironment, "sql", "SELECT 1", "--url", "http://127.0.0.1:1")).Error.Should().Contain("Is the server running?");
        (await LakehouseProcess.RunAsync(NoEnvironment, "ingest", _folder.File("none.csv"), "--url", url)).ExitCode.Should().Be(1);
    }

    [Fact]
    public async Task Sql_in_a_pipe_ends_when_its_reader_has_enough_and_takes_its_text_from_the_input()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path);
        var url = server.Http.BaseAddress!.ToString();

        // The rows would take hours: only the closed pipe ends the query.
        var head = await LakehouseProcess.RunPipedAsync("| head -2", "sql", "SELECT repeat('x', 100) AS t, i FROM range(100000000000) r(i)", "--url", url);
        head.Output.Should().Be($"t,i\n{new string('x', 100)},0\n");
        head.Error.Should().BeEmpty();

        var piped = await LakehouseProcess.RunPipedAsync("< " + await WriteAsync("query.sql", "SELECT 1 AS a,\n 'é\"' AS b"), "sql", "-", "--url", url);
        piped.Output.Should().Be("a,b\n1,\"é\"\"\"\n");

        var file = _folder.File("out.csv");
        var both = await LakehouseProcess.RunPipedAsync($">> {file}; echo end >> {file}", "sql", "SELECT 42 AS a", "--url", url);
        both.Error.Should().BeEmpty();
        (await File.ReadAllTextAsync(file)).Should().Be("a\n42\nend\n", "a file is no pipe");

        async Task<string> WriteAsync(string name, string text)
        {
            await File.WriteAllTextAsync(_folder.File(name), text);
            return _folder.File(name);
        }
    }

    [Fact]
    public async Task Logs_are_json_by_configuration()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.Path, "--log.format", "json", "--log.level", "debug");
        await server.RowsAsync("SELECT 1");
        await StorageEndpointTests.WaitForAsync(() => server.Log.Contains("/v1/sql", StringComparison.Ordinal));
        foreach (var line in server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            JsonDocument.Parse(line).Dispose();
        }
    }

    private static List<string> Files(SmallDisk disk) =>
        [.. Directory.EnumerateFiles(Path.Combine(disk.Path, "data", "objects"), "*", SearchOption.AllDirectories)];

    /// <summary>Every kind of write is refused with the code, and the error holds no path of this machine.</summary>
    private static async Task RequireRefusedAsync(LakehouseProcess server, string code)
    {
        foreach (var call in new Func<Task<HttpResponseMessage>>[]
        {
            () => server.Http.PutAsync("/v1/storage/put/x", new ByteArrayContent([1])),
            () => server.Http.PostAsync("/v1/ingest?name=small", new ByteArrayContent(Workers(1_001))),
            () => server.Http.DeleteAsync("/v1/catalog/dataset/small"),
            () => server.Http.PostAsJsonAsync("/v1/vectors/index/v/add", new { items = new[] { new { id = "a", vector = new[] { 1, 2 } } } }),
        })
        {
            using var answer = await call();
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError, "{0}", problem);
            problem.GetProperty("code").GetString().Should().Be(code, "{0} gave {1}", answer.RequestMessage!.RequestUri, problem);
            problem.GetProperty("detail").GetString().Should().NotContain(Path.GetTempPath());
        }
    }

    internal static byte[] Workers(long rows)
    {
        using var stream = new MemoryStream();
        WorkersCsv.Write(stream, rows);
        return stream.ToArray();
    }
}
