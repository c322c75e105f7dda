using Lakehouse.Vector.Internal.Keyword;

namespace Lakehouse.Tests.Unit.Keyword;

public sealed class TextAnalyzerTests
{
    [Theory]
    [InlineData("Forklift, driver; in Illinois!", "forklift driver in illinois")]
    [InlineData("José MÜLLER Øresund Łódź", "jose muller oresund lodz")]
    [InlineData("Jose\u0301", "jose")]
    [InlineData("part AB-1234/b done", "part ab 1234 b ab1234b done")]
    [InlineData("AB1234", "ab1234")]
    [InlineData("right-hand side", "right hand side")]
    [InlineData("v4.2. End", "v4 2 v42 end")]
    [InlineData("日本語 text", "日 本 語 text")]
    [InlineData("a日b", "a 日 b")]
    [InlineData("- . / ' ... -a- --", "a")]
    [InlineData("", "")]
    [InlineData("\ud800 x", "x")]
    public void Texts_are_cut_into_terms(string text, string expected) => Terms(text).Should().Be(expected);

    [Fact]
    public void Long_words_are_cut_and_nothing_is_lost_after_them() =>
        Terms(new string('x', 200) + " y " + string.Join('-', Enumerable.Repeat("abc1", 40)) + " z")
            .Should()
            .StartWith(new string('x', 64) + " y ").And
            .EndWith(" z");

    [Fact]
    public void Places_are_those_in_the_text()
    {
        const string text = "Ünïcode: AB-12 und Straße";
        var sink = new Places([]);
        TextAnalyzer.Analyze(text, ref sink);

        sink.Found.Should().Equal("Ünïcode", "AB", "12", "AB-12", "und", "Straße");

    }

    private static string Terms(string text)
    {
        var sink = new TermList([]);
        TextAnalyzer.Analyze(text, ref sink);
        return string.Join(' ', sink.Found);
    }

    private readonly record struct TermList(List<string> Found) : ITermSink
    {
        public void Add(ReadOnlySpan<char> term, int start, int end) => Found.Add(term.ToString());
    }

    private readonly record struct Places(List<string> Found) : ITermSink
    {
        public void Add(ReadOnlySpan<char> term, int start, int end) => Found.Add("Ünïcode: AB-12 und Straße"[start..end]);
    }
}
