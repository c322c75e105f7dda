using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Bench.Vectors;

/// <summary>The ground truth: for each query, the k vectors with the largest inner product, by comparing all vectors.</summary>
internal static unsafe class ExactNeighbours
{
    public static int[][] Find(float[] vectors, float[] queries, int dimension, int k, Func<int, bool>? condition = null)
    {
        var truth = new int[queries.Length / dimension][];
        Parallel.For(0, truth.Length, q =>
        {
            var heap = new KeyHeap();
            fixed (float* all = vectors)
            fixed (float* query = &queries[q * dimension])
            {
                for (var i = 0; i < vectors.Length / dimension; i++)
                {
                    if (condition is not null && !condition(i))
                    {
                        continue;
                    }

                    var key = ~SortKey.From(-FloatKernels.Dot(query, all + ((long)i * dimension), dimension), (uint)i);
                    if (heap.Count < k)
                    {
                        heap.Push(key);
                    }
                    else if (key > heap.Peek)
                    {
                        heap.ReplaceTop(key);
                    }
                }
            }

            truth[q] = [.. heap.Keys.ToArray().Select(key => (int)SortKey.Node(~key))];
        });
        return truth;
    }

    /// <summary>The recall: the share of the true neighbours that was found.</summary>
    public static double Recall(int[][] truth, IReadOnlyList<IReadOnlyList<int>> found)
    {
        var (hits, all) = (0, 0);
        for (var q = 0; q < truth.Length; q++)
        {
            hits += truth[q].Intersect(found[q]).Count();
            all += truth[q].Length;
        }

        return (double)hits / all;
    }
}
