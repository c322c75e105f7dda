using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Csv;
using Lakehouse.Ingest.Internal.Csv.Detection;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Tests.Unit.Files;

public sealed class CsvTests
{
    [Theory]
    [InlineData("0", nameof(ColumnKind.Integer))]
    [InlineData("-7", nameof(ColumnKind.Integer))]
    [InlineData("9223372036854775807", nameof(ColumnKind.Integer))]
    [InlineData("-9223372036854775808", nameof(ColumnKind.Integer))]
    [InlineData("9223372036854775808", nameof(ColumnKind.Text))]
    [InlineData("007", nameof(ColumnKind.Text))]
    [InlineData("-0", nameof(ColumnKind.Text))]
    [InlineData("+5", nameof(ColumnKind.Text))]
    [InlineData("1,000", nameof(ColumnKind.Text))]
    [InlineData("1_000", nameof(ColumnKind.Text))]
    [InlineData("-", nameof(ColumnKind.Text))]
    [InlineData("1.5", nameof(ColumnKind.Float))]
    [InlineData("-0.25", nameof(ColumnKind.Float))]
    [InlineData("15.00", nameof(ColumnKind.Float))]
    [InlineData("1.5e-7", nameof(ColumnKind.Float))]
    [InlineData("0.30000000000000004", nameof(ColumnKind.Float))]
    [InlineData("0.1234567890123456789", nameof(ColumnKind.Text))]
    [InlineData("12345678901234567.5", nameof(ColumnKind.Text))]
    [InlineData("1.0e400", nameof(ColumnKind.Text))]
    [InlineData("00.5", nameof(ColumnKind.Text))]
    [InlineData(".5", nameof(ColumnKind.Text))]
    [InlineData("5.", nameof(ColumnKind.Text))]
    [InlineData("1.5.2", nameof(ColumnKind.Text))]
    [InlineData("12E5", nameof(ColumnKind.Text))]
    [InlineData("NaN", nameof(ColumnKind.Text))]
    [InlineData("inf", nameof(ColumnKind.Text))]
    [InlineData("0x10", nameof(ColumnKind.Text))]
    [InlineData("true", nameof(ColumnKind.Boolean))]
    [InlineData("FALSE", nameof(ColumnKind.Boolean))]
    [InlineData("t", nameof(ColumnKind.Text))]
    [InlineData("yes", nameof(ColumnKind.Text))]
    [InlineData("2024-02-29", nameof(ColumnKind.Date))]
    [InlineData("2023-02-29", nameof(ColumnKind.Text))]
    [InlineData("0000-01-01", nameof(ColumnKind.Text))]
    [InlineData("01/02/2024", nameof(ColumnKind.Text))]
    [InlineData("2024/01/02", nameof(ColumnKind.Text))]
    [InlineData("20240102", nameof(ColumnKind.Integer))]
    [InlineData("13:45:00", nameof(ColumnKind.Time))]
    [InlineData("13:45:00.123456", nameof(ColumnKind.Time))]
    [InlineData("13:45", nameof(ColumnKind.Text))]
    [InlineData("24:00:00", nameof(ColumnKind.Text))]
    [InlineData("2024-02-29 13:45:00", nameof(ColumnKind.Timestamp))]
    [InlineData("2024-02-29T13:45", nameof(ColumnKind.Timestamp))]
    [InlineData("2024-02-29T13:45:00.1234567", nameof(ColumnKind.Text))]
    [InlineData("2024-02-29T13:45:00Z", nameof(ColumnKind.TimestampTz))]
    [InlineData("2024-02-29 13:45:00.5+05:30", nameof(ColumnKind.TimestampTz))]
    [InlineData("2024-02-29 13:45:00-0800", nameof(ColumnKind.TimestampTz))]
    [InlineData("2024-02-29 13:45:00 UTC", nameof(ColumnKind.Text))]
    [InlineData(" 5", nameof(ColumnKind.Text))]
    [InlineData("5 ", nameof(ColumnKind.Text))]
    [InlineData("٣", nameof(ColumnKind.Text))]
    public void A_value_is_typed_only_beyond_doubt(string value, string kind) =>
        ValueForm.Classify(Encoding.UTF8.GetBytes(value), ColumnKind.Unknown, out _).ToString().Should().Be(kind);

    [Theory]
    [InlineData("1|2.5", nameof(ColumnKind.Float))]
    [InlineData("2.5|1", nameof(ColumnKind.Float))]
    [InlineData("9007199254740993|2.5", nameof(ColumnKind.Text))]
    [InlineData("2.5|9007199254740993", nameof(ColumnKind.Text))]
    [InlineData("1|x", nameof(ColumnKind.Text))]
    [InlineData("1|007", nameof(ColumnKind.Text))]
    [InlineData("true|1", nameof(ColumnKind.Text))]
    [InlineData("2024-01-01|2024-01-01 10:00:00", nameof(ColumnKind.Text))]
    [InlineData("2024-01-01|20240101", nameof(ColumnKind.Text))]
    [InlineData("2024-01-01T10:00:00|2024-01-01T10:00:00Z", nameof(ColumnKind.Text))]
    [InlineData("", nameof(ColumnKind.Unknown))]
    public void The_type_of_a_column_does_not_depend_on_the_order_of_its_values(string values, string kind)
    {
        foreach (var order in new[] { values.Split('|'), [.. values.Split('|').Reverse()] })
        {
            var profile = default(ColumnProfile);
            foreach (var value in order.Where(v => v.Length > 0))
            {
                profile = profile.With(Encoding.UTF8.GetBytes(value), ValueRules.Plain);
            }

            profile.Kind.ToString().Should().Be(kind);
        }
    }

    [Theory]
    [InlineData("a,b\n1,2\n", ',')]
    [InlineData("a;b\n1,5;2,5\n", ';')]
    [InlineData("a\tb\n1\t2\n", '\t')]
    [InlineData("a|b\n1|2\n", '|')]
    [InlineData("a\n1\n", ',')]
    [InlineData("a,b\n\"x;y;z\",\"1;2\"\n", ',')]
    [InlineData("name;note\nx;\"a, b\"\ny;c\n", ';')]
    public void The_delimiter_is_found(string csv, char delimiter) =>
        ((char)CsvDelimiter.Detect(Encoding.UTF8.GetBytes(csv), new CsvDialect((byte)','), isWholeFile: true)).Should().Be(delimiter);

    [Theory]
    [InlineData("1,2\n3,4\n", "1,2\n3,4\n")]
    [InlineData("1,2\r\n3,4\r\n", "1,2\n3,4\n")]
    [InlineData("1,2\r\n3,4\n5,6", "1,2\n3,4\n5,6\n")]
    [InlineData("\n1,2\n\n\r\n3,4\n\n", "1,2\n3,4\n")]
    [InlineData("\"a\r\nb\",2\n", "\"a\r\nb\",2\n")]
    [InlineData("5\" pipe,2\n", "\"5\"\" pipe\",2\n")]
    [InlineData(" \"a\",\n", "\" \"\"a\"\"\",\n")]
    [InlineData("x\"y,\"\"\n", "\"x\"\"y\",\"\"\n")]
    [InlineData(",\n", ",\n")]
    [InlineData("1,", "1,\n")]
    public void Records_are_handed_on_in_canonical_form(string csv, string canonical)
    {
        // In blocks of every size, because the position of block ends must not matter.
        var bytes = Encoding.UTF8.GetBytes(csv);
        for (var size = 1; size <= bytes.Length; size++)
        {
            Scan(bytes, 2, size).Text.Should().Be(canonical, "in blocks of {0}", size);
        }
    }

    [Theory]
    [InlineData("1,2\n3\n", "csv_ragged_row", 2, 1)]
    [InlineData("1,2\n3,4,5\n", "csv_ragged_row", 2, 1)]
    [InlineData("1,2\n\"a\nb\",4\n5\n", "csv_ragged_row", 4, 1)]
    [InlineData("1,2\n3,\"x\n", "csv_unclosed_quote", 2, 3)]
    [InlineData("1,2\n\"x\"y,3\n", "csv_text_after_quote", 2, 4)]
    [InlineData("1,2\n3\r4,5\n", "csv_lone_carriage_return", 2, 2)]
    [InlineData("1,2\né,\0\n", "csv_nul_byte", 2, 3)]
    public void A_malformed_record_is_refused_with_line_and_column(string csv, string code, long line, int column)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        foreach (var size in new[] { 1, 2, 3, bytes.Length })
        {
            var fault = FluentActions.Invoking(() => Scan(bytes, 2, size)).Should().Throw<LakehouseException>().Which;
            fault.Code.Should().Be(code);
            fault.Kind.Should().Be(ErrorKind.Unprocessable);
            fault.Details!["line"].Should().Be(line);
            fault.Details!["column"].Should().Be(column);
        }
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_where_they_stand()
    {
        var fault = FluentActions.Invoking(() => Scan([(byte)'1', (byte)',', (byte)'2', (byte)'\n', (byte)'x', 0xE9, (byte)',', (byte)'y', (byte)'\n'], 2, 100))
            .Should()
            .Throw<LakehouseException>().Which;
        (fault.Code, fault.Details!["line"], fault.Details!["column"]).Should().Be(("csv_not_utf8", 2L, 2));
        fault.Message.Should().Contain("0xE9");
    }

    /// <summary>Scans random tables, written with random quoting and line ends, and compares the result with the values.</summary>
    [Fact]
    public void Any_table_comes_through_as_it_was()
    {
        const int seed = 20_240_229;
        var random = new Random(seed);
        string[] pieces = ["", "a", "1", "\"", ",", ";", "\n", "\r\n", " ", "é", "😀", "''", "\\", "\t"];
        for (var round = 0; round < 3_000; round++)
        {
            var width = 1 + random.Next(4);
            var rows = Enumerable.Range(0, random.Next(1, 6))
                .Select(
                    _ => Enumerable.Range(0, width)
                        .Select(_ => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => pieces[random.Next(pieces.Length)])))
                        .ToArray())
                .ToList();
            var csv = new StringBuilder();
            foreach (var row in rows)
            {
                csv.AppendJoin(
                    ',',
                    row.Select(
                        v => v.AsSpan().IndexOfAny(",\"\r\n") >= 0 || v.Length == 0 || random.Next(2) == 0
                            ? $"\"{v.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                            : v));
                csv.Append(random.Next(2) == 0 ? "\n" : "\r\n");
            }

            var bytes = Encoding.UTF8.GetBytes(csv.ToString());
            var scanned = Scan(bytes, width, 1 + random.Next(bytes.Length));
            Assert.True(scanned.Rows == rows.Count, $"round {round} of seed {seed}: {csv}");
            var record = new CsvRecord(new CsvDialect((byte)','), int.MaxValue);
            var (canonical, position) = (Encoding.UTF8.GetBytes(scanned.Text), 0);
            foreach (var row in rows)
            {
                position = record.Read(canonical, position, isFinal: true);
                var fields = Enumerable.Range(0, record.Fields.Count).Select(i => Encoding.UTF8.GetString(record[i]));
                Assert.True(fields.SequenceEqual(row), $"round {round} of seed {seed}: {csv}");
            }
        }
    }

    /// <summary>Scans in blocks, as an upload does: what the fast scanner does not take, the careful one takes.</summary>
    private static (string Text, long Rows) Scan(byte[] csv, int count, int blockSize)
    {
        var sink = new Sink();
        var columns = TableColumns.Untold(count, ValueRules.Plain);
        var scanner = new CsvScanner((byte)',', columns, recordBytesMax: 1 << 20, sink);
        var careful = new CsvCarefulScanner(new CsvDialect((byte)','), columns, new CsvTarget((byte)','), recordBytesMax: 1 << 20, null, sink, []);
        var (start, end, line) = (0, 0, 1L);
        while (true)
        {
            end = Math.Min(csv.Length, end + blockSize);
            var isFinal = end == csv.Length;
            if (!careful.IsHolding)
            {
                start += scanner.Scan(csv.AsSpan(start, end - start), isFinal, ref line);
            }

            if (scanner.IsStopped || careful.IsHolding)
            {
                start += careful.Scan(csv.AsSpan(start, end - start), isFinal, ref line);
            }

            if (isFinal)
            {
                return (Encoding.UTF8.GetString(sink.Bytes.ToArray()), sink.Rows);
            }
        }
    }

    private sealed class Sink : IRecordSink
    {
        public List<byte> Bytes { get; } = [];

        public long Rows { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes);

        public bool EndRecord(int pendingBytes)
        {
            Rows++;
            return false;
        }

        public void EndSegment()
        {
        }
    }
}
