using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lakehouse.Bench.Stores;

/// <summary>
/// Objects of 64 MiB over loopback, against nginx and the disk. Also queries of a lake in S3 with local copies present, against the same queries of a lake in a
/// folder.
/// </summary>
internal static class ObjectBench
{
    private const int SizeBytes = 64 << 20;
    private const int BlockBytes = 1 << 20;
    private const int Rounds = 51;
    private const int QueryRounds = 400;
    private const double ShareMin = 0.8;
    private const double QueryRatioMax = 1.1;

    public static async Task RunAsync(ServerProcess server, Workspace workspace, Report report)
    {
        var content = new byte[SizeBytes];
        new Random(1).NextBytes(content);
        await PutAsync(server, workspace, content, report);
        await GetAsync(server, workspace, content, report);
        await QueryAsync(server, workspace, report);
    }

    private static async Task PutAsync(ServerProcess server, Workspace workspace, byte[] content, Report report)
    {
        var (ours, disk) = (new List<double>(), new List<double>());
        var path = Path.Combine(workspace.Folder, "data", "written");
        for (var round = 0; round < Rounds; round++)
        {
            disk.Add(Time(() => WriteAndFlush(path, content)));
            File.Delete(path);
            ours.Add(Time(() => Exchange(server.Http.BaseAddress!.Port, "PUT", "/v1/storage/put/bench/object", content)));
            await server.Http.DeleteAsync("/v1/storage/delete/bench/object"); // so that both sides write a new file each time
        }

        Exchange(server.Http.BaseAddress!.Port, "PUT", "/v1/storage/put/bench/object", content);

        report.AtLeast(
            "put of 64 MiB, of the disk's own write and flush", Report.Median(disk) / Report.Median(ours), ShareMin, Describe("put", ours, "disk", disk));
    }

    private static async Task GetAsync(ServerProcess server, Workspace workspace, byte[] content, Report report)
    {
        if (!File.Exists(Nginx.Path))
        {
            Console.WriteLine("       get of 64 MiB: not measured, there is no nginx here");
            return;
        }

        var root = Directory.CreateDirectory(Path.Combine(workspace.Folder, "nginx")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(root, "object"), content);
        await using var nginx = await Nginx.StartAsync(root);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(Time(() => Exchange(nginx.Port, "GET", "/object", [])));
            ours.Add(Time(() => Exchange(server.Http.BaseAddress!.Port, "GET", "/v1/storage/get/bench/object", [])));
        }

        report.AtLeast(
            "get of 64 MiB, of nginx serving the same", Report.Median(theirs) / Report.Median(ours), ShareMin, Describe("get", ours, "nginx", theirs));
    }

    private static async Task QueryAsync(ServerProcess server, Workspace workspace, Report report)
    {
        if (await S3Bucket.TryCreateAsync() is not { } bucket)
        {
            Console.WriteLine("       query of a lake in S3: not measured, LAKEHOUSE_TEST_S3 names no server");
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine(workspace.Folder, "s3")).FullName;
        await using var inS3 = await ServerProcess.StartAsync(folder, bucket);
        await inS3.IngestAsync("workers", workspace.CsvPath);
        foreach (var sql in (string[])["SELECT count(*) FROM workers", "SELECT state, role, count(*), avg(hourly_rate) FROM workers GROUP BY ALL ORDER BY ALL"])
        {
            var buffer = new byte[BlockBytes];
            var (ours, folderTimes) = (new List<double>(), new List<double>());
            for (var round = 0; round < QueryRounds * 2; round++)
            {
                // The second one finds warmer or colder caches, so the order alternates.
                var isFirst = round % 2 == 0;
                foreach (var (which, times) in isFirst ? [(server, folderTimes), (inS3, ours)] : new[] { (inS3, ours), (server, folderTimes) })
                {
                    var took = (await which.QueryAsync(sql, buffer)).Whole.TotalMilliseconds;
                    if (round >= QueryRounds)
                    {
                        times.Add(took);
                    }
                }
            }

            report.AtMost(
                $"warm, of a lake in S3 over one in a folder, {sql}",
                Report.Median(ours) / Report.Median(folderTimes),
                QueryRatioMax,
                Describe("S3", ours, "folder", folderTimes));
        }
    }

    private static string Describe(string ours, List<double> ourTimes, string theirs, List<double> theirTimes) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ours} {Report.Median(ourTimes):0.00} ms, {theirs} {Report.Median(theirTimes):0.00} ms, medians of {ourTimes.Count} in turn");

    private static void WriteAndFlush(string path, byte[] content)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        for (var at = 0; at < content.Length; at += BlockBytes)
        {
            RandomAccess.Write(file, content.AsSpan(at, BlockBytes), at);
        }

        RandomAccess.FlushToDisk(file);
    }

    private static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Sends one request on its own connection, with as little work in the client as possible.</summary>
    private static void Exchange(int port, string verb, string path, byte[] body)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(Encoding.ASCII.GetBytes($"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        for (var sent = 0; sent < body.Length;)
        {
            sent += socket.Send(body.AsSpan(sent, Math.Min(BlockBytes, body.Length - sent)));
        }

        var buffer = new byte[BlockBytes];
        var (received, answer) = (0L, string.Empty);
        while (socket.Receive(buffer) is var count and > 0)
        {
            answer = received == 0 ? Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 12)) : answer;
            received += count;
        }

        if (answer != "HTTP/1.1 200" || (verb == "GET" && received < SizeBytes))
        {
            throw new InvalidOperationException($"{verb} {path} gave '{answer}' and {received} bytes");
        }
    }
}
