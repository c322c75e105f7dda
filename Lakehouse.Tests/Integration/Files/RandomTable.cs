using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>A table of random values, from which files are written and with which answers are compared.</summary>
internal sealed class RandomTable
{
    private static readonly long[] Wholes = [0, 1, -1, 7, 1_000, -123_456, 9_007_199_254_740_993, long.MaxValue, long.MinValue];

    private static readonly double[] Doubles = [0, 0.5, -1.25, 0.1, 1_234.5, -9_876_543.25, 1e-7, 1.7976931348623157e308, 5e-324, 0.30000000000000004, 12];

    // Those of RandomColumn.Struct.
    private static readonly (string Name, string Type)[] Members = [("when", "DOUBLE"), ("b c", "VARCHAR"), ("day", "DATE"), ("l", "BIGINT[]")];

    private RandomTable(IReadOnlyList<RandomColumn> columns, int rowCount) => (Columns, RowCount) = (columns, rowCount);

    /// <summary>The columns.</summary>
    public IReadOnlyList<RandomColumn> Columns { get; }

    /// <summary>The count of rows.</summary>
    public int RowCount { get; }

    /// <summary>Makes a table. The first row has a value in every column that shows the column's type, so that types can be found out.</summary>
    /// <param name="random">The source of chance.</param>
    /// <param name="types">The types that columns may have.</param>
    /// <param name="pieces">What texts are made of.</param>
    public static RandomTable Next(Random random, IReadOnlyList<string> types, IReadOnlyList<string> pieces)
    {
        var rowCount = random.Next(1, 80);
        var columns = new RandomColumn[random.Next(2, 7)];
        for (var i = 0; i < columns.Length; i++)
        {
            var type = types[random.Next(types.Count)];
            var values = Enumerable.Range(0, rowCount).Select(row => row > 0 && random.Next(5) == 0 ? null : NextValue(random, type, pieces, row == 0));
            columns[i] = new RandomColumn($"{"abc"[random.Next(3)]}{(random.Next(4) == 0 ? " x" : string.Empty)}{i}", type, [.. values]);
        }

        return new RandomTable(columns, rowCount);
    }

    /// <summary>What is different in an answer of JSON; null when nothing is.</summary>
    public string? Difference(JsonElement rows)
    {
        if (rows.GetArrayLength() != RowCount)
        {
            return $"there are {rows.GetArrayLength()} rows of {RowCount}";
        }

        for (var row = 0; row < RowCount; row++)
        {
            for (var column = 0; column < Columns.Count; column++)
            {
                if (!IsSame(rows[row][column], Columns[column].Values[row]))
                {
                    return $"row {row}, column {column} ({Columns[column].Type}): {rows[row][column].GetRawText()} was '{Columns[column].Values[row]}'";
                }
            }
        }

        return null;
    }

    private static bool IsSame(JsonElement actual, object? expected) => expected switch
    {
        null => actual.ValueKind is JsonValueKind.Null,
        long whole => actual.ValueKind is JsonValueKind.Number && actual.GetRawText() == whole.ToString(CultureInfo.InvariantCulture),
        double number => actual.ValueKind is JsonValueKind.Number && actual.GetDouble().Equals(number),
        bool flag => actual.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        string text => actual.ValueKind is JsonValueKind.String && actual.GetString() == text,
        DateOnly day => actual.ValueEquals(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        DateTime time => actual.ValueEquals(time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)),
        IReadOnlyList<object?> list => actual.ValueKind is JsonValueKind.Array && actual.GetArrayLength() == list.Count
            && actual.EnumerateArray().Zip(list).All(p => IsSame(p.First, p.Second)),
        IReadOnlyList<(string Name, object? Value)> members => actual.ValueKind is JsonValueKind.Object
            && actual.EnumerateObject().Select(m => m.Name).SequenceEqual(members.Select(m => m.Name))
            && members.All(m => IsSame(actual.GetProperty(m.Name), m.Value)),
        _ => throw new InvalidOperationException(expected.GetType().Name),
    };

    private static object NextValue(Random random, string type, IReadOnlyList<string> pieces, bool isCertain) => type switch
    {
        "BIGINT" => random.Next(3) == 0 ? Wholes[random.Next(Wholes.Length)] : random.NextInt64(-100_000, 10_000_000),
        "DOUBLE" => isCertain ? 0.25
            : random.Next(3) == 0 ? Doubles[random.Next(Doubles.Length)]
            : Math.Round((random.NextDouble() - 0.5) * 1e6, random.Next(4)),
        "BOOLEAN" => random.Next(2) == 0,
        "VARCHAR" => isCertain ? $"text{NextText(random, pieces)}text" : NextText(random, pieces),
        "DATE" => new DateOnly(1, 1, 1).AddDays(random.Next(random.Next(2) == 0 ? 3_652_059 : 738_000)),
        "TIMESTAMP" => new DateTime(1970, 1, 1).AddSeconds(random.Next()).AddMicroseconds(random.Next(2) == 0 ? 0 : random.Next(1_000_000)),
        "BIGINT[]" => NextList(random, isCertain, () => NextValue(random, "BIGINT", pieces, isCertain)),
        "VARCHAR[][]" => NextList(
            random, isCertain, () => NextList(random, isCertain, () => NextValue(random, "VARCHAR", pieces, isCertain))),
        _ when type.EndsWith("[]", StringComparison.Ordinal) => NextList(random, isCertain, () => NextValue(random, type[..^2], pieces, isCertain)),
        _ => NextMembers(random, pieces, isCertain),
    };

    private static object?[] NextList(Random random, bool isCertain, Func<object> next) =>
        [.. Enumerable.Range(0, isCertain ? 1 : random.Next(4)).Select(_ => !isCertain && random.Next(6) == 0 ? null : next())];

    /// <summary>A value of <see cref="RandomColumn.Struct"/>.</summary>
    private static (string Name, object? Value)[] NextMembers(Random random, IReadOnlyList<string> pieces, bool isCertain) =>
        [.. Members.Select(m => (m.Name, !isCertain && random.Next(4) == 0 ? null : NextValue(random, m.Type, pieces, isCertain)))];

    private static string NextText(Random random, IReadOnlyList<string> pieces)
    {
        var text = new StringBuilder();
        for (var i = random.Next(4); i > 0; i--)
        {
            text.Append(pieces[random.Next(pieces.Count)]);
        }

        return text.ToString();
    }
}
