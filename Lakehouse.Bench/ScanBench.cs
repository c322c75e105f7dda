using System.Diagnostics;
using Lakehouse.Core.Configuration;
using Lakehouse.Ingest;
using Lakehouse.Ingest.Internal.Csv;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Bench;

/// <summary>Scans the sample file from memory, without converting it: alone and on two threads.</summary>
internal static class ScanBench
{
    private const int Rounds = 7;
    private const double RateMinMB = 400;
    private const double TwoThreadsMin = 1.1;

    public static async Task RunAsync(Workspace workspace, Report report)
    {
        var file = await File.ReadAllBytesAsync(workspace.CsvPath);
        var (alone, two) = (new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var one = await ScanAsync(file, workspace, 1);
            var both = await ScanAsync(file, workspace, 2);
            if (round >= 0)
            {
                alone.Add(one);
                two.Add(both);
            }
        }

        var megabytes = file.Length / 1e6;
        report.AtLeast("scan of CSV, MB/s", megabytes / Report.Median(alone), RateMinMB, $"one thread, {megabytes:0} MB in memory, nothing converted");
        if (Environment.ProcessorCount > 1)
        {
            report.AtLeast(
                "scan on two threads / on one", Report.Median(alone) / Report.Median(two), TwoThreadsMin,
                $"{megabytes / Report.Median(two):0} MB/s, {megabytes / Report.Median(alone):0} MB/s");
        }
    }

    private static async Task<double> ScanAsync(byte[] file, Workspace workspace, int threads)
    {
        var options = IngestOptions.Read(new SettingsReader(new ConfigurationBuilder().Build())) with { ScanThreads = threads };
        var reader = new CsvReader(ReadOptions.Default, new ColumnTypes(ReadOptions.Default, [], false), options, null, []);
        var sink = new CountingSink();
        var started = Stopwatch.GetTimestamp();
        await using var text = await UnpackedFile.OpenAsync(new IngestSource(new MemoryStream(file)), ReadOptions.Default, options, 0, null, default);
        await reader.ReadAsync(text, sink, () => Task.CompletedTask, long.MaxValue, default);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return sink.RowCount == workspace.Rows ? elapsed : throw new InvalidOperationException($"{sink.RowCount} records were scanned");
    }

    /// <summary>Counts records. What is written is copied as a spool does it, into a buffer that is used again.</summary>
    private sealed class CountingSink : IRecordSink
    {
        private readonly byte[] _buffer = new byte[256 * 1024];

        public long RowCount { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var piece = bytes[..Math.Min(bytes.Length, _buffer.Length)];
                piece.CopyTo(_buffer);
                bytes = bytes[piece.Length..];
            }
        }

        public bool EndRecord(int pendingBytes)
        {
            RowCount++;
            return false;
        }

        public void EndSegment()
        {
        }
    }
}
