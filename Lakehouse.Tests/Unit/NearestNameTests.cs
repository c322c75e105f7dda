using Lakehouse.Core.Text;

namespace Lakehouse.Tests.Unit;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["upper", "lower", "date_trunc", "list_sort", "sum", "substring"];

    [Theory]
    [InlineData("upperr", "upper")]
    [InlineData("uper", "upper")]
    [InlineData("UPEPR", "upper")]
    [InlineData("datetrunc", "date_trunc")]
    [InlineData("smu", "sum")]
    [InlineData("substrng", "substring")]
    public void A_slip_is_recognised(string written, string meant) => NearestName.Find(written, Known).Should().Be(meant);

    [Theory]
    [InlineData("")]
    [InlineData("xyz")]
    [InlineData("pg_read_file")]
    [InlineData("l")]
    public void Another_word_is_near_to_none(string written) => NearestName.Find(written, Known).Should().BeNull();

    [Fact]
    public void A_very_long_name_costs_nothing() => NearestName.Find(new string('a', 1_000_000), [new string('a', 1_000_000)]).Should().BeNull();

    [Fact]
    public void A_hint_ends_a_sentence()
    {
        NearestName.Hint("upperr", Known).Should().Be("; the nearest is 'upper'");
        NearestName.Hint("xyz", Known).Should().BeEmpty();
    }
}
