using System.Diagnostics;
using System.Text.Json;
using Lakehouse.Hnsw;
using Lakehouse.Vector;

namespace Lakehouse.Bench.Vectors;

/// <summary>
/// Search and build against hnswlib, alternately, on the same vectors; also filters, deletes and re-adds, HTTP, memory and loading. The ground truth is exact.
/// </summary>
internal static class VectorBench
{
    private const int Count = 100_000;
    private const int Dimension = 768;
    private const int IntrinsicDimension = 50;
    private const int QueryCount = 2_000;
    private const int M = 16;
    private const int EfConstruction = 200;
    private const int K = 10;
    private const int Threads = 2;
    private const int Rounds = 7;
    private const int Connections = 8;

    // Warm up: in the first seconds, the JIT compiles the code.
    private const int HttpWarmUpRounds = 4;
    private const int HttpRounds = 5;
    private const int OwnPasses = 10;
    private const double RecallMin = 0.99;

    private static readonly int[] Efs = [.. Enumerable.Range(3, 38).Select(i => 5 * i), .. Enumerable.Range(11, 20).Select(i => 20 * i)];

    public static async Task RunAsync(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-bench-").FullName;
        try
        {
            var generator = new ClusteredVectors(Dimension, IntrinsicDimension, seed: 1);
            var vectors = generator.Next(Count);
            var queries = generator.Next(QueryCount);
            var truth = ExactNeighbours.Find(vectors, queries, Dimension, K);
            Console.WriteLine(
                $"{Count:N0} x {Dimension} clustered unit vectors, M {M}, ef_construction {EfConstruction}, {QueryCount:N0} queries, recall@{K} of "
                + $"{RecallMin} or more, one thread");
            await CompareAsync(report, folder, vectors, queries, truth);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(Report report, string folder, float[] vectors, float[] queries, int[][] truth)
    {
        using var peer = HnswlibPeer.Start(folder, vectors, queries, Dimension, M, EfConstruction, Threads);
        using var floats = new BenchedIndex(vectors, Dimension, Quantization.None, M, EfConstruction, Threads);
        using var codes = new BenchedIndex(vectors, Dimension, Quantization.Int8, M, EfConstruction, Threads);
        var floatEf = ChooseEf(ef => floats.Search(queries, ef, K).Found, truth, out var floatRecall);
        var codeEf = ChooseEf(ef => codes.Search(queries, ef, K).Found, truth, out var codeRecall);
        if (peer is null)
        {
            Console.WriteLine("       hnswlib is not compared: g++ or libhnswlib-dev is not there");
            Report.Note("QPS, float32", QueryCount / floats.Search(queries, floatEf, K).Seconds, $"recall {floatRecall:0.0000} at ef {floatEf}");
            Report.Note("QPS, int8", QueryCount / codes.Search(queries, codeEf, K).Seconds, $"recall {codeRecall:0.0000} at ef {codeEf}");
        }
        else
        {
            CompareWith(peer, report, queries, truth, (floats, floatEf, floatRecall), (codes, codeEf, codeRecall));
        }

        await MeasureHttpAsync(report, folder, floats, queries, floatEf);
        MeasureFilters(report, floats, vectors, queries);
        MeasureChurn(report, floats, queries, truth, floatEf);
    }

    private static void CompareWith(
        HnswlibPeer peer,
        Report report,
        float[] queries,
        int[][] truth,
        (BenchedIndex Index, int Ef, double Recall) floats,
        (BenchedIndex Index, int Ef, double Recall) codes)
    {
        var peerEf = ChooseEf(ef => peer.Search(ef, K).Found, truth, out var peerRecall);
        var (peerTimes, floatTimes, codeTimes) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            peerTimes.Add(peer.Search(peerEf, K).Seconds);
            floatTimes.Add(floats.Index.Search(queries, floats.Ef, K).Seconds);
            codeTimes.Add(codes.Index.Search(queries, codes.Ef, K).Seconds);
        }

        var theirs = QueryCount / Report.Median(peerTimes);
        var (ours, coded) = (QueryCount / Report.Median(floatTimes), QueryCount / Report.Median(codeTimes));
        var peerDetail = $"hnswlib {theirs:0} QPS at recall {peerRecall:0.0000}, ef {peerEf}; medians of {Rounds} rounds in turn";
        report.AtLeast("QPS over hnswlib's, float32", ours / theirs, 1.15, $"{ours:0} QPS at recall {floats.Recall:0.0000}, ef {floats.Ef}; {peerDetail}");
        report.AtLeast("QPS over hnswlib's, int8", coded / theirs, 1.7, $"{coded:0} QPS at recall {codes.Recall:0.0000}, ef {codes.Ef}");
        report.AtMost(
            "build time over hnswlib's, float32, two threads",
            floats.Index.BuildSeconds / peer.BuildSeconds,
            1.0,
            $"{floats.Index.BuildSeconds:0.0} s, hnswlib {peer.BuildSeconds:0.0} s");
        Report.Note("build time over hnswlib's, int8, two threads", codes.Index.BuildSeconds / peer.BuildSeconds, $"{codes.Index.BuildSeconds:0.0} s");
    }

    /// <summary>The same searches in this process and over HTTP, alternately. Over HTTP, the server and its client share the processors.</summary>
    private static async Task MeasureHttpAsync(Report report, string folder, BenchedIndex index, float[] queries, int ef)
    {
        await SavedIndex.WriteAsync(index, Path.Combine(folder, "data"));
        await using var server = await ServerProcess.StartAsync(folder);
        var bodies = Enumerable.Range(0, QueryCount).Select(q => SearchClient.Body(Query(queries, q).Span, K, ef)).ToArray();
        using var load = new SearchLoad(server.Http.BaseAddress!, "bench", bodies, Connections, folder);
        var (one, all, http) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < HttpWarmUpRounds + HttpRounds; round++)
        {
            var rates = (MeasureInProcess(index, queries, ef, 1), MeasureInProcess(index, queries, ef, Connections), load.Measure());
            if (round >= HttpWarmUpRounds)
            {
                one.Add(rates.Item1);
                all.Add(rates.Item2);
                http.Add(rates.Item3);
            }
        }

        var (oneRate, allRate, httpRate) = (Report.Median(one), Report.Median(all), Report.Median(http));
        report.AtLeast(
            $"QPS over HTTP from {Connections} connections, of one thread's in process",
            httpRate / oneRate,
            0.6,
            $"{httpRate:0} QPS by {load.Name}, in process {oneRate:0}; bodies of {bodies[0].Length / 1000.0:0.0} KB");
        Report.Note(
            $"the same, of {Connections} threads' in process",
            httpRate / allRate,
            $"in process {allRate:0}: all {Environment.ProcessorCount} processors search, while over HTTP the client has its share of them");
    }

    private static double MeasureInProcess(BenchedIndex index, float[] queries, int ef, int threadCount)
    {
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        var threads = Enumerable.Range(0, threadCount).Select(_ => new Thread(() =>
        {
            for (int q; (q = Interlocked.Increment(ref next)) < OwnPasses * QueryCount;)
            {
                index.Ask(new VectorQuery { Vector = Query(queries, q % QueryCount), K = K, Ef = ef });
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return OwnPasses * QueryCount / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void MeasureFilters(Report report, BenchedIndex index, float[] vectors, float[] queries)
    {
        const int queryCount = 200;
        var some = queries[..(queryCount * Dimension)];
        foreach (var (below, name) in new[] { (500, "50 %"), (100, "10 %"), (10, "1 %"), (1, "0.1 %") })
        {
            var truth = ExactNeighbours.Find(vectors, some, Dimension, K, i => i % 1_000 < below);
            var filter = JsonDocument.Parse($"{{\"n\":{{\"lt\":{below}}}}}").RootElement;
            var started = Stopwatch.GetTimestamp();
            var answers = Enumerable.Range(0, queryCount).Select(q => index.Ask(new VectorQuery { Vector = Query(some, q), K = K, Filter = filter })).ToList();
            var qps = queryCount / Stopwatch.GetElapsedTime(started).TotalSeconds;
            var recall = ExactNeighbours.Recall(truth, [.. answers.Select(a => (IReadOnlyList<int>)[.. a.Hits.Select(h => BenchedIndex.Position(h.Item.Id))])]);
            report.AtLeast(
                $"recall@{K} with a filter that keeps {name}",
                recall,
                0.95,
                $"{qps:0} QPS at the default ef of 64; {answers.Count(a => a.IsExact)} of {queryCount} by a scan, {answers.Average(a => a.ComparedCount):0} "
                + "vectors compared");
        }
    }

    private static void MeasureChurn(Report report, BenchedIndex index, float[] queries, int[][] truth, int ef)
    {
        var fresh = ExactNeighbours.Recall(truth, index.Search(queries, ef, K).Found);
        var half = Enumerable.Range(0, Count).ToArray();
        new Random(3).Shuffle(half);
        half = half[..(Count / 2)];
        var started = Stopwatch.GetTimestamp();
        index.Remove(half);
        var removed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        index.Add(half);
        var churned = ExactNeighbours.Recall(truth, index.Search(queries, ef, K).Found);
        report.AtMost(
            $"recall@{K} lost after 50 % were deleted and added again",
            fresh - churned,
            0.01,
            $"fresh {fresh:0.0000}, after {churned:0.0000}, ef {ef}; deleting and repairing took {removed:0.0} s");
    }

    /// <summary>A million small vectors in a separate server: its memory, and the time of its start.</summary>
    public static async Task ScaleAsync(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-bench-").FullName;
        try
        {
            await ScaleAsync(report, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ScaleAsync(Report report, string data)
    {
        const int count = 1_000_000;
        const int dimension = 128;
        var vectors = new ClusteredVectors(dimension, IntrinsicDimension, seed: 2).Next(count);
        using (var index = new BenchedIndex(vectors, dimension, Quantization.Int8, M, EfConstruction, Threads, hasMetadata: false))
        {
            Console.WriteLine($"{count:N0} x {dimension}, int8: built in {index.BuildSeconds:0} s with {Threads} threads");
            await SavedIndex.WriteAsync(index, Path.Combine(data, "data"));
        }

        var started = Stopwatch.GetTimestamp();
        await using var server = await ServerProcess.StartAsync(data);
        report.AtMost(
            "s from start to ready with 1,000,000 x 128, int8",
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            10,
            "the whole program; snapshot in the page cache");
        using var client = new SearchClient(server.Http.BaseAddress!.Port, Connections);
        client.Ask(
            [
                .. Enumerable.Range(0, QueryCount).Select(
                    q => SearchClient.Request("bench", SearchClient.Body(vectors.AsSpan(q * dimension, dimension), K, 64)))
            ]);

        report.AtMost(
            "GB of memory of that program after searches",
            server.MemoryMiB("VmRSS") * 1.048576 / 1_000,
            1.0,
            $"resident, all of it, ids but no metadata: {server.MemoryMiB("VmRSS"):0} MiB, of which {server.MemoryMiB("RssFile"):0} are the program's own "
            + $"files; at its highest {server.MemoryMiB("VmHWM"):0} MiB");
    }

    private static ReadOnlyMemory<float> Query(float[] queries, int q) => queries.AsMemory(q * Dimension, Dimension);

    /// <summary>The smallest ef that reaches the recall. The same rule applies to both libraries.</summary>
    private static int ChooseEf(Func<int, IReadOnlyList<IReadOnlyList<int>>> search, int[][] truth, out double recall)
    {
        recall = 0;
        foreach (var ef in Efs)
        {
            recall = ExactNeighbours.Recall(truth, search(ef));
            if (recall >= RecallMin)
            {
                return ef;
            }
        }

        throw new InvalidOperationException($"no ef reaches a recall of {RecallMin}; the last had {recall}");
    }
}
