using System.Text;
using Lakehouse.Tests.Fixtures;
using Xunit.Abstractions;

namespace Lakehouse.Tests.Integration.Search;

/// <summary>
/// A generated, labelled set of 2,000 parts: each is of one kind, is described with one of several words for the kind, and has its own code. A third of the
/// queries use another word for the kind than the text, a third misspell it, and a third ask for a code. As with real models, the embedding server knows which
/// words mean the same and tolerates misspelling, but does not distinguish codes.
/// </summary>
public sealed class HybridRecallTests(ITestOutputHelper output)
{
    private const int PartCount = 2_000;
    private const int QueryCount = 300;
    private const int K = 10;
    private const int Dimension = 96;

    private static readonly string[][] Kinds =
    [
        ["truck", "lorry", "hauler"],
        [
            "pump", "compressor", "blower"
        ], ["valve", "stopcock", "shutter"], ["gear", "cogwheel", "pinion"], ["bolt", "fastener", "rivet"],
        ["cable", "wire", "conductor"], ["lamp", "luminaire", "floodlight"],
        [
            "ladder", "staircase", "footsteps"
        ], ["gloves", "mittens", "gauntlets"], ["crane", "hoist", "derrick"],
    ];

    private static readonly string[] Places = ["north", "south", "east", "west", "harbour", "depot", "yard", "cellar"];

    [Fact]
    public async Task Hybrid_recall_is_above_that_of_both_its_parts()
    {
        var random = new Random(11);
        await using var ollama = await StandInOllama.StartAsync();
        ollama.Model = Embed;
        await using var host = await LakehouseHost.StartAsync(
            ("embed.provider", "ollama"), ("embed.url", ollama.Url), ("embed.default_model", "nomic-embed-text"));
        var parts = Enumerable.Range(0, PartCount)
            .Select(
                i => new Part(
                    i,
                    random.Next(Kinds.Length),
                    random.Next(3),
                    Places[random.Next(Places.Length)],
                    $"{(char)('A' + random.Next(26))}{(char)('A' + random.Next(26))}-{1000 + i}"))
            .ToList();
        var csv = new StringBuilder("id,body\n");
        parts.ForEach(
            p => csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"{p.Id},A {Kinds[p.Kind][p.Word]} for the {p.Place}; part {p.Code}\n"));
        await host.IngestAsync("parts", csv.ToString());
        await host.Http.PostAsync("/v1/vectors/index/parts/import", new { dataset = "parts", id = "id", text = "body" });
        await host.Http.WaitForVersionAsync("parts", 1);

        var recall = new Dictionary<string, double>(StringComparer.Ordinal) { ["vector"] = 0, ["keyword"] = 0, ["hybrid"] = 0 };
        for (var i = 0; i < QueryCount; i++)
        {
            var wanted = parts[random.Next(parts.Count)];
            var (text, relevant) = (i % 3) switch
            {
                0 => (Kinds[wanted.Kind][(wanted.Word + 1) % 3] + " " + wanted.Place, parts.Where(p => p.Kind == wanted.Kind && p.Place == wanted.Place)),
                1 => (
                    Misspell(Kinds[wanted.Kind][wanted.Word], random) + " " + wanted.Place, parts.Where(p => p.Kind == wanted.Kind && p.Place == wanted.Place)),
                _ => ("part " + wanted.Code, [wanted]),
            };
            var ids = relevant.Select(p => p.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
            foreach (var mode in recall.Keys.ToList())
            {
                var answer = await host.Http.SearchAsync(new { index = "parts", text, mode, k = K });
                recall[mode] += (double)answer.Ids().Count(ids.Contains) / Math.Min(K, ids.Count) / QueryCount;
            }
        }

        output.WriteLine($"recall@{K} over {QueryCount} queries of {PartCount} parts: {string.Join(", ", recall.Select(r => $"{r.Key} {r.Value:0.000}"))}");
        recall["hybrid"].Should().BeGreaterThan(recall["vector"] + 0.05).And.BeGreaterThan(recall["keyword"] + 0.05);
    }

    /// <summary>A strong direction for each kind, and weaker ones for places and for the letters of words. All codes have the same direction.</summary>
    private static float[] Embed(string text)
    {
        var vector = new float[Dimension];
        foreach (var word in text.ToLowerInvariant().Split([' ', ';', ',', ':'], StringSplitOptions.RemoveEmptyEntries))
        {
            var (kind, likeness) = Enumerable.Range(0, Kinds.Length).SelectMany(k => Kinds[k].Select(w => (k, Likeness(w, word)))).MaxBy(k => k.Item2);
            if (likeness > 0.4)
            {
                vector[kind] += (float)(2 * likeness);
            }

            if (Array.IndexOf(Places, word) is var place and >= 0)
            {
                vector[Kinds.Length + place] += 1;
            }

            if (word.Any(char.IsAsciiDigit))
            {
                vector[Kinds.Length + Places.Length] += 0.5f;
            }

            // The rest of a text has a small, arbitrary effect.
            var noise = StandInOllama.Hashed(word, 32);
            for (var i = 0; i < noise.Length; i++)
            {
                vector[Dimension - 32 + i] += noise[i] / 800;
            }
        }

        return vector;
    }

    /// <summary>The similarity of two words by common pairs of letters (Sørensen-Dice coefficient).</summary>
    private static double Likeness(string left, string right)
    {
        var (a, b) = (Pairs(left), Pairs(right));
        return a.Count + b.Count == 0 ? 0 : 2.0 * a.Intersect(b).Count() / (a.Count + b.Count);
    }

    private static HashSet<string> Pairs(string word) => [.. Enumerable.Range(0, Math.Max(0, word.Length - 1)).Select(i => word.Substring(i, 2))];

    private static string Misspell(string word, Random random)
    {
        var at = random.Next(1, word.Length - 1);
        return word[..at] + word[at] + word[at..];
    }

    private sealed record Part(int Id, int Kind, int Word, string Place, string Code);
}
