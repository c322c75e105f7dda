using Lakehouse.Vector;

namespace Lakehouse.Bench.Vectors;

/// <summary>Search and build against hnswlib, in turn on the same vectors; truth by comparing all.</summary>
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
    private const double RecallMin = 0.99;

    private static readonly int[] Efs = [.. Enumerable.Range(3, 38).Select(i => 5 * i), .. Enumerable.Range(11, 20).Select(i => 20 * i)];

    public static void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-bench-").FullName;
        try
        {
            var generator = new ClusteredVectors(Dimension, IntrinsicDimension, seed: 1);
            var vectors = generator.Next(Count);
            var queries = generator.Next(QueryCount);
            var truth = ExactNeighbours.Find(vectors, queries, Dimension, K);
            Console.WriteLine($"{Count:N0} x {Dimension} clustered unit vectors, M {M}, ef_construction {EfConstruction}, {QueryCount:N0} queries, recall@{K} of {RecallMin} or more, one thread");
            Compare(report, folder, vectors, queries, truth);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(Report report, string folder, float[] vectors, float[] queries, int[][] truth)
    {
        using var peer = HnswlibPeer.Start(folder, vectors, queries, Dimension, M, EfConstruction, Threads);
        using var floats = new BenchedGraph(vectors, Dimension, Quantization.None, M, EfConstruction, Threads);
        using var codes = new BenchedGraph(vectors, Dimension, Quantization.Int8, M, EfConstruction, Threads);
        var floatEf = ChooseEf(ef => floats.Search(queries, ef, K).Found, truth, out var floatRecall);
        var codeEf = ChooseEf(ef => codes.Search(queries, ef, K).Found, truth, out var codeRecall);
        if (peer is null)
        {
            Console.WriteLine("       hnswlib is not compared: g++ or libhnswlib-dev is not there");
            Report.Note("QPS, float32", QueryCount / floats.Search(queries, floatEf, K).Seconds, $"recall {floatRecall:0.0000} at ef {floatEf}");
            Report.Note("QPS, int8", QueryCount / codes.Search(queries, codeEf, K).Seconds, $"recall {codeRecall:0.0000} at ef {codeEf}");
            return;
        }

        var peerEf = ChooseEf(ef => peer.Search(ef, K).Found, truth, out var peerRecall);
        var (peerTimes, floatTimes, codeTimes) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            peerTimes.Add(peer.Search(peerEf, K).Seconds);
            floatTimes.Add(floats.Search(queries, floatEf, K).Seconds);
            codeTimes.Add(codes.Search(queries, codeEf, K).Seconds);
        }

        var theirs = QueryCount / Report.Median(peerTimes);
        var (ours, coded) = (QueryCount / Report.Median(floatTimes), QueryCount / Report.Median(codeTimes));
        var peerDetail = $"hnswlib {theirs:0} QPS at recall {peerRecall:0.0000}, ef {peerEf}; medians of {Rounds} rounds in turn";
        report.AtLeast("QPS over hnswlib's, float32", ours / theirs, 1.15, $"{ours:0} QPS at recall {floatRecall:0.0000}, ef {floatEf}; {peerDetail}");
        report.AtLeast("QPS over hnswlib's, int8", coded / theirs, 1.7, $"{coded:0} QPS at recall {codeRecall:0.0000}, ef {codeEf}");
        report.AtMost("build time over hnswlib's, float32, two threads", floats.BuildSeconds / peer.BuildSeconds, 1.0, $"{floats.BuildSeconds:0.0} s, hnswlib {peer.BuildSeconds:0.0} s");
        Report.Note("build time over hnswlib's, int8, two threads", codes.BuildSeconds / peer.BuildSeconds, $"{codes.BuildSeconds:0.0} s");
    }

    /// <summary>The smallest ef that reaches the recall, the same rule for every engine.</summary>
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
