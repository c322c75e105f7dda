namespace Lakehouse.Bench.Sql;

/// <summary>Reads all rows as JSON over loopback.</summary>
internal static class JsonBench
{
    private const int Rounds = 5;
    private const double RateMin = 300;
    private const int Multiple = 5;
    private const double GrowthMax = 1.25;

    public static async Task RunAsync(ServerProcess server, Report report)
    {
        var buffer = new byte[1 << 20];
        await server.QueryAsync("SELECT * FROM workers", buffer);
        var (rates, firsts) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var answer = await server.QueryAsync("SELECT * FROM workers", buffer);
            rates.Add(answer.Bytes / 1e6 / answer.Whole.TotalSeconds);
            firsts.Add(answer.FirstByte / answer.Whole);
        }

        // Not in the rounds above, because sampling the memory of three processes takes a large part of one processor.
        var (one, highest) = await WatchAsync(server, "SELECT * FROM workers", buffer);
        var bytes = one.Bytes;
        var (large, ofLarge) = await WatchAsync(server, $"SELECT w.* FROM workers w, range({Multiple})", buffer);
        report.AtLeast("JSON out, MB/s", Report.Median(rates), RateMin, $"{bytes / 1e6:0} MB an answer");
        report.AtMost("first byte / last byte", Report.Median(firsts), 0.5, "the answer begins long before the last row is read");
        report.AtMost(
            $"memory of an answer {Multiple} times as large, over that of one",
            ofLarge / highest,
            GrowthMax,
            $"{highest:0} MiB at the highest for {bytes / 1e6:0} MB, {ofLarge:0} MiB for {large.Bytes / 1e6:0} MB");
    }

    private static async Task<((long Bytes, TimeSpan FirstByte, TimeSpan Whole) Answer, double HighestMiB)> WatchAsync(
        ServerProcess server, string sql, byte[] buffer)
    {
        var highest = 0.0;
        var answer = server.QueryAsync(sql, buffer);
        while (await Task.WhenAny(answer, Task.Delay(20)) != answer)
        {
            highest = Math.Max(highest, server.MemoryMiB("VmRSS", withEngines: true));
        }

        return (await answer, highest);
    }
}
