using Lakehouse.Vector.Internal.Keyword;

namespace Lakehouse.Tests.Unit.Keyword;

public sealed class KeywordIndexTests
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 300).Select(i => $"word{i}")];

    [Fact]
    public void Scores_are_those_of_the_formula()
    {
        using var index = new KeywordIndex();
        index.Set(0, "red red blue");
        index.Set(1, "red green");
        index.Set(2, "green green green blue yellow");

        var found = index.Search(["red", "blue"], 10, _ => true, Compare);

        // ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) for both terms; the mean length is 10 / 3.
        var weight = Math.Log(1 + (1.5 / 2.5));
        double Part(int count, int length) => weight * count / (count + (1.2 * (0.25 + (0.75 * length / (10.0 / 3)))));
        found.Select(m => m.Node).Should().Equal(0u, 1u, 2u);
        found[0].Score.Should().BeApproximately((float)(Part(2, 3) + Part(1, 3)), 1e-5f);
        found[1].Score.Should().BeApproximately((float)Part(1, 2), 1e-5f);
        found[2].Score.Should().BeApproximately((float)Part(1, 5), 1e-5f);
    }

    /// <summary>Compares with a scan of all texts, over adds, replacements, removals and rewriting of the lists.</summary>
    [Fact]
    public void Every_text_with_a_term_is_found_and_no_other()
    {
        var random = new Random(5);
        using var index = new KeywordIndex();
        var texts = new Dictionary<uint, string>();
        for (var step = 0; step < 8_000; step++)
        {
            var node = (uint)random.Next(600);
            if (random.Next(4) == 0)
            {
                index.Remove(node);
                texts.Remove(node);
            }
            else
            {
                texts[node] = string.Join(
                    ' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => Words[(int)(Words.Length * Math.Pow(random.NextDouble(), 3))]));
                index.Set(node, texts[node]);
            }

            if (step % 100 == 0)
            {
                var terms = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Words[random.Next(Words.Length)]).Distinct().ToList();
                var wanted = random.Next(2) == 0;
                var found = index.Search(terms, 10_000, n => wanted || n % 3 == 0, Compare);
                var expected = texts.Where(t => (wanted || t.Key % 3 == 0) && t.Value.Split(' ').Intersect(terms).Any()).Select(t => t.Key);
                found.Select(m => m.Node).Order().Should().Equal(expected.Order(), "step {0}", step);
                found.Select(m => m.Score).Should().BeInDescendingOrder().And.NotContain(s => s <= 0);
                index.Search(terms, 5, n => wanted || n % 3 == 0, Compare).Should().Equal(found.Take(5));
                index.Count.Should().Be(texts.Count);
            }
        }
    }

    [Fact]
    public async Task Readers_beside_writers_see_no_text_twice_and_none_without_the_term()
    {
        using var index = new KeywordIndex();
        var isDone = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                index.Search(["even"], 10_000, _ => true, Compare).Select(m => m.Node).Should().OnlyHaveUniqueItems().And.NotContain(n => n % 2 != 0);
            }
        })).ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, 40_000), new ParallelOptions { MaxDegreeOfParallelism = 4 }, (i, _) =>
        {
            // As the owner of the index does: one change of a node at a time.
            var node = (uint)(i % 500);
            lock (Words[node % 300])
            {
                index.Set(node, node % 2 == 0 ? $"even {Words[i % 300]}" : $"odd {Words[i % 300]}");
            }

            return ValueTask.CompletedTask;
        });
        Volatile.Write(ref isDone, true);
        await Task.WhenAll(readers);

        index.Count.Should().Be(500);
        index.Search(["even"], 10_000, _ => true, Compare).Should().HaveCount(250);
        index.SizeBytes.Should().BeLessThan(2_000_000, "dead documents are cleared");
    }

    private static int Compare(uint left, uint right) => left.CompareTo(right);
}
