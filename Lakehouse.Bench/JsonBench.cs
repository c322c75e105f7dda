namespace Lakehouse.Bench;

/// <summary>All rows out as JSON over loopback.</summary>
internal static class JsonBench
{
    private const int Rounds = 5;
    private const double RateMin = 300;
    private const double GrowthMaxMiB = 256;

    public static async Task RunAsync(ServerProcess server, Report report)
    {
        var buffer = new byte[1 << 20];
        await server.QueryAsync("SELECT * FROM workers", buffer);
        var before = server.MemoryMiB("VmRSS");
        var (rates, firsts, highest) = (new List<double>(), new List<double>(), before);
        long bytes = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var answer = server.QueryAsync("SELECT * FROM workers", buffer);
            while (await Task.WhenAny(answer, Task.Delay(20)) != answer)
            {
                highest = Math.Max(highest, server.MemoryMiB("VmRSS"));
            }

            bytes = (await answer).Bytes;
            rates.Add(bytes / 1e6 / (await answer).Whole.TotalSeconds);
            firsts.Add((await answer).FirstByte / (await answer).Whole);
        }

        report.AtLeast("JSON out, MB/s", Report.Median(rates), RateMin, $"{bytes / 1e6:0} MB an answer");
        report.AtMost("first byte / last byte", Report.Median(firsts), 0.5, "the answer begins long before the last row is read");
        report.AtMost("memory grown while answering, MiB", highest - before, GrowthMaxMiB, $"{before:0} MiB before, {highest:0} at its highest, for {bytes / 1e6:0} MB");
    }
}
