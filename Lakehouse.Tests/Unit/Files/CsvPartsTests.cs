using System.Text;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest;
using Lakehouse.Ingest.Internal.Csv;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Tests.Unit.Files;

/// <summary>A file that several threads scan gives the same records, segments, types, remarks and errors as one that is scanned in order.</summary>
public sealed class CsvPartsTests
{
    private static readonly IngestOptions Options = IngestOptions.Read(new SettingsReader(new ConfigurationBuilder().Build()));

    [Fact]
    public async Task Random_files_are_scanned_as_in_order()
    {
        var (files, taken) = (0, 0L);
        for (var seed = 0; seed < 60; seed++)
        {
            var file = Make(new Random(seed), 400_000 + (seed * 20_000));
            var inOrder = await ScanAsync(file, 1);
            foreach (var threads in (int[])[2, 3, 7])
            {
                (await ScanAsync(file, threads)).Should().BeEquivalentTo(inOrder, o => o.WithStrictOrdering(), "seed {0}, {1} threads", seed, threads);
            }

            files++;
            taken += inOrder.Error is null ? 1 : 0;
        }

        taken.Should().BeInRange(files / 2, files - 5, "some of the files are wrong, and most are not");
    }

    /// <summary>A quote inside of a field without quotes turns the guess round: every cut after it is inside of a field.</summary>
    [Theory]
    [InlineData("a \" b")]
    [InlineData("a \" b \" c \" d")]
    [InlineData("\"x,\"\"\n\"\"y\"")]
    public async Task Where_the_guess_is_wrong_the_records_are_right(string field)
    {
        var text = new StringBuilder("id,text,more\n1,plain,\"p\nq\"\n");
        for (var i = 2; text.Length < 12_000_000; i++)
        {
            text.Append(i).Append(',').Append(i % 50_000 == 2 ? field : "\"some,\nlines\nof it\"").Append(",\"p\nq\"\n");
        }

        var file = Encoding.UTF8.GetBytes(text.ToString());
        (await ScanAsync(file, 2)).Should().BeEquivalentTo(await ScanAsync(file, 1), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Parts_are_scanned_where_nothing_is_against_it()
    {
        var file = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i},\"a \"\"b\"\"\nc\",{i / 4d}\n")));
        var columns = TableColumns.Untold(3, Lakehouse.Ingest.Internal.Values.ValueRules.Plain);
        var (sink, line) = (new Segments(), 1L);
        var first = new CsvScanner((byte)',', columns, Options.MaxRecordBytes, sink).Scan(file.AsSpan(0, 100_000), false, ref line);
        var (isAfterBlank, parts) = (false, new CsvParts((byte)',', columns, Options.MaxRecordBytes, sink, 4));
        parts.Scan(file.AsMemory(first), ref line, ref isAfterBlank).Should().Be(0, "the first block is left to the scanner in order");
        var more = parts.Scan(file.AsMemory(first), ref line, ref isAfterBlank);
        (first + more, line, sink.RowCount).Should().Be((file.Length, 80_001L, 40_000L));
    }

    private static async Task<Outcome> ScanAsync(byte[] file, int threads)
    {
        var options = Options with { ScanThreads = threads };
        var (notes, sink) = (new List<string>(), new Segments());
        var reader = new CsvReader(ReadOptions.Default, new ColumnTypes(ReadOptions.Default, [], false), options, null, notes);
        string? error = null;
        try
        {
            await using var text = await UnpackedFile.OpenAsync(new IngestSource(new MemoryStream(file)), ReadOptions.Default, options, 0, null, default);
            await reader.ReadAsync(text, sink, () => Task.CompletedTask, long.MaxValue, default);
        }
        catch (LakehouseException exception)
        {
            error = exception.Message;
        }

        // What a scan has written before an error is dropped, and how much that was depends on its blocks.
        return error is not null
            ? new Outcome(error, 0, [], [], [])
            : new Outcome(
                null, sink.RowCount, [.. sink.Ended(), sink.Rest()],
                [.. reader.Columns!.Explain([.. reader.Columns.Names], _ => true).Select(d => d.ToString())],
                [.. notes, .. reader.Columns.Profiles.ToArray().Select(p => $"{p.Kind} {p.HasQuotedEmpty} {p.IsExactInDouble} {p.IsInDoubt}")]);
    }

    /// <summary>Columns of all kinds, whose types change on the way; quotes, lines in values, blank lines, and now and then a fault.</summary>
    private static byte[] Make(Random random, int size)
    {
        var text = new StringBuilder("a,b,c,d\n");
        var end = random.Next(3) == 0 ? "\r\n" : "\n";
        var (late, hasFaults, hasQuotes) = (random.Next(4) == 0, random.Next(5) == 0, random.Next(4) > 0);
        while (text.Length < size)
        {
            var isLate = late && text.Length > size / 2;
            text.Append(isLate && random.Next(300) == 0 ? "1.5" : random.Next(100_000)).Append(',');
            text.Append(isLate && random.Next(300) == 0 ? "n/a" : "2024-01-0" + random.Next(1, 10)).Append(',');
            text.Append(random.Next(hasQuotes ? 12 : 4) switch
            {
                0 => string.Empty,
                1 => "true",
                2 => "some words and more",
                3 => "ü€😀",
                4 => "\"\"",
                5 => "\"a,b\"",
                6 => "\"line\nline\r\nline\"",
                7 => "\"say \"\"hello\"\"\"",
                8 when random.Next(50) == 0 => "it\"s",
                9 => "\",\n\"",
                _ => "x",
            }).Append(',').Append(random.NextDouble()).Append(end);
            if (random.Next(2_000) == 0)
            {
                text.Append(end);
            }

            if (hasFaults && text.Length > size / 3 && random.Next(1_000) == 0)
            {
                text.Append(random.Next(3) switch { 0 => "1,2024-01-01,x", 1 => "1,2024-01-01,\"x\"y,2", _ => "1,2024-01-01,x,2,3" }).Append(end);
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (random.Next(12) == 0)
        {
            bytes[random.Next(bytes.Length / 2, bytes.Length)] = 0xFF;
        }

        return bytes;
    }

    private sealed record Outcome(
        string? Error, long RowCount, IReadOnlyList<string> Segments, IReadOnlyList<string> Decisions, IReadOnlyList<string> Notes);

    /// <summary>Keeps a digest of each segment of fifty kilobytes.</summary>
    private sealed class Segments : IRecordSink
    {
        private const int SegmentBytes = 50_000;

        private readonly List<string> _ended = [];
        private readonly MemoryStream _segment = new();

        public long RowCount { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes) => _segment.Write(bytes);

        public bool EndRecord(int pendingBytes)
        {
            RowCount++;
            return _segment.Length + pendingBytes >= SegmentBytes;
        }

        public void EndSegment()
        {
            _ended.Add(Rest());
            _segment.SetLength(0);
        }

        public IReadOnlyList<string> Ended() => _ended;

        public string Rest() => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(_segment.ToArray()));
    }
}
