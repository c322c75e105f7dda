using Lakehouse.Catalog.Schemas;

namespace Lakehouse.Tests.Unit.Files;

/// <summary>The types of columns, taken apart and joined.</summary>
public sealed class ColumnTypeTests
{
    [Theory]
    [InlineData("BIGINT")]
    [InlineData("DECIMAL(10,2)")]
    [InlineData("TIMESTAMP WITH TIME ZONE")]
    [InlineData("VARCHAR[][]")]
    [InlineData("STRUCT(a BIGINT, \"b c\" STRUCT(\"q\"\"x\" DECIMAL(3,1)[], \"), (\" DATE)[])")]
    [InlineData("MAP(VARCHAR, BIGINT)")]
    public void A_type_is_written_as_it_was_read(string type) => ColumnType.TryParse(type)!.ToString().Should().Be(type);

    [Theory]
    [InlineData("")]
    [InlineData("STRUCT(")]
    [InlineData("STRUCT(a")]
    [InlineData("STRUCT(a BIGINT")]
    [InlineData("STRUCT(a )")]
    [InlineData("STRUCT(\"a BIGINT)")]
    [InlineData("BIGINT)")]
    [InlineData("DECIMAL(1")]
    [InlineData("[]")]
    public void What_is_no_type_is_none(string text) => ColumnType.TryParse(text).Should().BeNull();

    [Theory]
    [InlineData("BIGINT", "BIGINT", "BIGINT")]
    [InlineData("INTEGER", "BIGINT", "BIGINT")]
    [InlineData("UTINYINT", "TINYINT", "SMALLINT")]
    [InlineData("UBIGINT", "BIGINT", "HUGEINT")]
    [InlineData("UHUGEINT", "BIGINT", "DOUBLE")]
    [InlineData("BIGINT", "DOUBLE", "DOUBLE")]
    [InlineData("FLOAT", "DOUBLE", "DOUBLE")]
    [InlineData("INTEGER", "DECIMAL(6,2)", "DECIMAL(12,2)")]
    [InlineData("BIGINT", "DECIMAL(4,3)", "DECIMAL(22,3)")]
    [InlineData("DECIMAL(6,2)", "DECIMAL(4,3)", "DECIMAL(7,3)")]
    [InlineData("DECIMAL(38,0)", "DECIMAL(4,3)", "DOUBLE")]
    [InlineData("DECIMAL(6,2)", "DOUBLE", "DOUBLE")]
    [InlineData("DATE", "TIMESTAMP", "TIMESTAMP")]
    [InlineData("DATE", "TIMESTAMP WITH TIME ZONE", "VARCHAR")]
    [InlineData("BOOLEAN", "BIGINT", "VARCHAR")]
    [InlineData("UUID", "VARCHAR", "VARCHAR")]
    [InlineData("JSON", "BIGINT[]", "JSON")]
    [InlineData("JSON", "VARCHAR", "VARCHAR")]
    [InlineData("BIGINT[]", "DOUBLE[]", "DOUBLE[]")]
    [InlineData("BIGINT[]", "BIGINT", "VARCHAR")]
    [InlineData("STRUCT(a BIGINT)", "BIGINT[]", "JSON")]
    [InlineData("STRUCT(a BIGINT, b DATE)", "STRUCT(c UUID, A DOUBLE)", "STRUCT(a DOUBLE, b DATE, c UUID)")]
    public void Two_types_have_the_same_wider_one_in_either_order(string left, string right, string wider)
    {
        var (one, two) = (ColumnType.TryParse(left)!, ColumnType.TryParse(right)!);
        one.Widen(two).ToString().Should().Be(wider);
        if (one.Members is null)
        {
            two.Widen(one).ToString().Should().Be(wider);
        }
    }
}
