using Lakehouse.Vector.Internal.Keyword;

namespace Lakehouse.Tests.Unit.Keyword;

public sealed class SnippetTests
{
    [Fact]
    public void The_part_with_most_different_terms_is_shown_with_its_matches()
    {
        var text = string.Join(
            ' ',
            Enumerable.Repeat("forklift filler", 20)) + " A certified forklift driver from Peoria. " + string.Join(' ', Enumerable.Repeat("driver filler", 20));

        var snippet = SnippetMaker.Make(text, ["forklift", "driver", "peoria"], 60);

        snippet.Text.Should().StartWith("…").And.EndWith("…").And.Contain("forklift driver from Peoria");
        snippet.Text.Length.Should().BeLessThanOrEqualTo(62);
        snippet.Matches.Select(m => snippet.Text.Substring(m.Start, m.Length)).Should().ContainInOrder("forklift", "driver", "Peoria");
    }

    [Fact]
    public void A_short_text_is_shown_whole_and_a_code_is_one_match()
    {
        var snippet = SnippetMaker.Make("Replace part AB-1234 soon.", ["ab", "1234", "ab1234"], 160);

        snippet.Text.Should().Be("Replace part AB-1234 soon.");
        snippet.Matches.Select(m => snippet.Text.Substring(m.Start, m.Length)).Should().Equal("AB-1234");
    }

    [Fact]
    public void Any_text_and_length_gives_a_part_of_the_text()
    {
        var random = new Random(3);
        for (var i = 0; i < 5_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => random.Next(8) switch
            {
                0 => " ",
                1 => "🚜",
                2 => "é",
                3 => "-",
                4 => "7",
                _ => ((char)('a' + random.Next(3))).ToString(),
            }));
            var terms = TextAnalyzer.DistinctTerms(text).Where(_ => random.Next(2) == 0).ToList();

            var snippet = SnippetMaker.Make(text, terms, random.Next(1, 50));

            var part = snippet.Text.TrimStart('…').TrimEnd('…');
            text.Contains(part, StringComparison.Ordinal).Should().BeTrue();
            part.EnumerateRunes().Should().NotContain(System.Text.Rune.ReplacementChar);
            snippet.Matches.Should().NotContain(m => m.Start < 0 || m.Length < 1 || m.Start + m.Length > snippet.Text.Length);
            snippet.Matches.Zip(snippet.Matches.Skip(1)).Should().NotContain(p => p.First.Start + p.First.Length > p.Second.Start);
        }
    }
}
