using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Gate.Tokens;

namespace Lakehouse.Tests.Unit.Sql;

/// <summary>What the SQL gate counts before a text is parsed. Everything that the parser would read as code must be counted as code.</summary>
public sealed class TokenBoundsTests
{
    private static readonly GateBounds Bounds = new(10_000, 1_000, 1_000, MaxDepth: 50, MaxGroupingSets: 64, MaxExpandedTables: 100, 1_000, 0);

    [Theory]
    [InlineData("SELECT 1 GROUP BY CUBE (a, b, c, d, e, f)", true)]
    [InlineData("SELECT 1 GROUP BY CUBE (a, b, c, d, e, f, g)", false)]
    [InlineData("SELECT 1 GROUP BY cube((a, b), f(c, d), e)", true)]
    [InlineData("SELECT 1 GROUP BY CUBE (a, b, c), ROLLUP (a, b, c, d, e, f, g)", true)]
    [InlineData("SELECT 1 GROUP BY CUBE (a, b, c), ROLLUP (a, b, c, d, e, f, g, h)", false)]
    [InlineData("SELECT 1 GROUP BY GROUPING SETS ((a), (b), ()), GROUPING SETS (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v)", false)]
    [InlineData("SELECT cube, \"CUBE\"(1,2,3,4,5,6,7,8,9) FROM cube", true)]
    [InlineData("SELECT 'CUBE (1,2,3,4,5,6,7,8,9)'", true)]
    [InlineData("SELECT $$ CUBE (1,2,3,4,5,6,7,8,9) $$, $a$ CUBE (1,2,3,4,5,6,7,8,9) $a$", true)]
    [InlineData("SELECT -- CUBE (1,2,3,4,5,6,7,8,9)\n 1", true)]

    // Each of these hides its CUBE from a tokenizer that handles strings and comments less exactly than the parser.
    [InlineData("SELECT E'\\'' , 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9) --'", false)]
    [InlineData("SELECT e'\\\\' , 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9)", false)]
    [InlineData("SELECT '\\', 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9) --'", false)]
    [InlineData("SELECT 1 -- \r GROUP BY CUBE (1,2,3,4,5,6,7,8,9)", false)]
    [InlineData("SELECT $1$ , 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9), $1$", false)]
    [InlineData("SELECT 1$$ $$ , 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9)", false)]
    [InlineData("SELECT a$$b GROUP BY CUBE (1,2,3,4,5,6,7,8,9) , $$", false)]
    [InlineData("SELECT \"a\"\"\" GROUP BY CUBE (1,2,3,4,5,6,7,8,9) --\"", false)]
    [InlineData("SELECT 1 /* /* */ GROUP BY CUBE (1,2,3,4,5,6,7,8,9) */", false)]
    public void Grouping_sets_are_counted_where_the_parser_would_unfold_them(string sql, bool isAllowed) => IsAllowed(sql).Should().Be(isAllowed);

    [Fact]
    public void Brackets_nest_to_the_bound_and_no_deeper()
    {
        IsAllowed("SELECT " + new string('(', 49) + "1" + new string(')', 49)).Should().BeTrue();
        IsAllowed("SELECT " + new string('(', 50) + "(1)" + new string(')', 50)).Should().BeFalse();
        IsAllowed("SELECT '" + new string('(', 500) + "'").Should().BeTrue();
    }

    [Fact]
    public void Common_tables_that_are_not_kept_are_bounded()
    {
        string Sql(int count) => "WITH " + string.Join(
            ", ", Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i} AS NOT MATERIALIZED (SELECT 1)"))) + " SELECT 1";
        IsAllowed(Sql(64)).Should().BeTrue();
        IsAllowed(Sql(65)).Should().BeFalse();
    }

    private static bool IsAllowed(string sql)
    {
        try
        {
            TokenBounds.Require(sql, SqlToken.Split(sql), Bounds);
            return true;
        }
        catch (LakehouseException refusal)
        {
            refusal.Code.Should().BeOneOf("sql_forbidden", "sql_error");
            return false;
        }
    }
}
