using System.Diagnostics;
using Lakehouse.Core.Configuration;
using Lakehouse.Embed;
using Lakehouse.Embed.Internal;
using Lakehouse.Embed.Internal.Cache;
using Lakehouse.Embed.Internal.Providers;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Bench;

/// <summary>Embeds cached texts in process: hashing of the text, look-up and answer.</summary>
internal static class EmbedBench
{
    private const int TextCount = 1_000;
    private const int Rounds = 200;
    private const int WarmUp = 50;
    private const double MicrosecondsMax = 1;

    public static async Task RunAsync(Report report)
    {
        var settings = new SettingsReader(new ConfigurationBuilder().Build());
        var options = EmbedOptions.Read(settings);
        using var client = new UpstreamClient(options);
        var embedder = new Embedder(new ModelTable(options, client), new EmbeddingCache(options), options, TimeProvider.System);
        report.AtMost(
            "microseconds for a cached text of a line",
            await MeasureAsync(embedder, "forklift driver in Illinois, certified, nights "),
            MicrosecondsMax,
            $"{TextCount} texts of about 50 characters in turn, one thread, median of {Rounds} rounds");
        Report.Note(
            "microseconds for a cached text of a page",
            await MeasureAsync(embedder, string.Concat(Enumerable.Repeat("forklift driver in Illinois, certified, nights ", 40))),
            "2,000 characters");
    }

    private static async Task<double> MeasureAsync(Embedder embedder, string text)
    {
        var requests = Enumerable.Range(0, TextCount).Select(i => new EmbedRequest([text + i])).ToList();
        foreach (var request in requests)
        {
            await embedder.EmbedAsync(request, CancellationToken.None);
        }

        var rounds = new List<double>();
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var request in requests)
            {
                var asked = embedder.EmbedAsync(request, CancellationToken.None);
                if (!asked.IsCompletedSuccessfully)
                {
                    throw new InvalidOperationException("The text is not in the cache.");
                }
            }

            if (round >= WarmUp)
            {
                rounds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / TextCount);
            }
        }

        return Report.Median(rounds);
    }
}
