using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lakehouse.Bench.Vectors;

/// <summary>
/// Searches over HTTP from several connections, each sending the next request as soon as it has an answer. Uses wrk (Debian's package) if it is installed,
/// because the client shares the processors with the server and wrk uses little of them; otherwise <see cref="SearchClient"/>.
/// </summary>
internal sealed partial class SearchLoad(Uri address, string index, string[] bodies, int connectionCount, string folder) : IDisposable
{
    private const string Wrk = "/usr/bin/wrk";
    private const int Seconds = 3;

    private readonly SearchClient? _client = File.Exists(Wrk) ? null : new SearchClient(address.Port, connectionCount);

    public string Name => _client is null ? "wrk" : "the bench's own client";

    /// <summary>Requests a second.</summary>
    public double Measure() => _client is null ? MeasureByWrk() : MeasureByClient(_client);

    public void Dispose() => _client?.Dispose();

    private double MeasureByClient(SearchClient client)
    {
        var requests = Array.ConvertAll(bodies, body => SearchClient.Request(index, body));
        var started = Stopwatch.GetTimestamp();
        var count = 0;
        for (; Stopwatch.GetElapsedTime(started).TotalSeconds < Seconds; count += requests.Length)
        {
            client.Ask(requests);
        }

        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private double MeasureByWrk()
    {
        var script = Path.Combine(folder, "load.lua");
        if (!File.Exists(script))
        {
            var lua = new StringBuilder("local bodies = {\n");
            Array.ForEach(bodies, body => lua.Append("[[").Append(body).Append("]],\n"));
            lua.Append(
                "}\nlocal requests, n = {}, 0\nfunction init() for i = 1, #bodies do requests[i] = wrk.format('POST', nil, {['Content-Type'] = "
                + "'application/json'}, bodies[i]) end end\nfunction request() n = n % #requests + 1 return requests[n] end\n");
            File.WriteAllText(script, lua.ToString());
        }

        var start = new ProcessStartInfo(
            Wrk, ["-t1", $"-c{connectionCount}", $"-d{Seconds}s", "-s", script, new Uri(address, $"/v1/vectors/index/{index}/search").ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Contains("Non-2xx", StringComparison.Ordinal)
            ? throw new InvalidOperationException(output)
            : double.Parse(Rate().Match(output).Groups["rate"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("Requests/sec: *(?<rate>[0-9.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();
}
