using System.Text;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit.Sql;

public sealed class HostileStatementsTests
{
    // The default of query.max_sql_bytes: a longer statement would test that limit and nothing else.
    private const int SqlBytesMax = 256 * 1024;

    [Fact]
    public void The_corpus_has_hundreds_of_distinct_statements_of_every_class_that_fit_the_server()
    {
        var statements = HostileStatements.Read().ToList();
        statements.Select(s => s.Sql).Distinct().Should().HaveCountGreaterThanOrEqualTo(400).And.HaveCount(statements.Count);
        statements.Select(s => s.Class).Distinct().Should().BeEquivalentTo(HostileStatements.Classes);
        statements.Select(s => s.Number).Should().Equal(Enumerable.Range(1, statements.Count));
        statements.Should().OnlyContain(s => Encoding.UTF8.GetByteCount(s.Sql) <= SqlBytesMax && !string.IsNullOrWhiteSpace(s.Sql));
    }

    [Fact]
    public void No_statement_keeps_a_macro_that_was_not_expanded() =>
        HostileStatements.Read().Where(s => s.Sql.Contains("{{", StringComparison.Ordinal)).Should().BeEmpty();

    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("{{3*ab}}", "ababab")]
    [InlineData("[{{3*x|, }}]", "[x, x, x]")]
    [InlineData("{{3*c#|, }}", "c0, c1, c2")]
    [InlineData("{{2*c# FROM c#-1|; }}", "c0 FROM c-1; c1 FROM c0")]
    [InlineData("{{2*a || b}}", "a || ba || b")]
    [InlineData("{{2*l| || }}", "l || l")]
    [InlineData("{{2*({{2*x}})#}}", "(xx)0(xx)1")]
    [InlineData("{{2*[{{2*#|,}}]#|;}}", "[0,1]0;[0,1]1")]
    [InlineData("{{2*{'a': }}1{{2*} }}", "{'a': {'a': 1} } ")]
    [InlineData("{{2*}}}", "}}")]
    [InlineData("{{U+41}}{{2*{{U+1F469}}}}", "A👩👩")]
    public void Macros_are_expanded(string text, string expected) => HostileStatements.Expand(text).Should().Be(expected);

    [Theory]
    [InlineData("{{3*abc", "not closed")]
    [InlineData("{{2*{{2*{{2*x}}}}}}", "nested deeper than 2")]
    public void A_broken_macro_is_an_error(string text, string message) =>
        FluentActions.Invoking(() => HostileStatements.Expand(text)).Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
}
