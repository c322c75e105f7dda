using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Bench.Vectors;

/// <summary>
/// Unit vectors similar to embeddings: clusters in a space of few dimensions, mapped into one of many dimensions by a random linear map, with a little noise in
/// every direction. The same seed gives the same vectors.
/// </summary>
internal sealed unsafe class ClusteredVectors
{
    private const int ClusterCount = 500;
    private const double ClusterSpread = 0.6;
    private const double AmbientNoise = 0.01;

    private readonly int _dimension;
    private readonly int _intrinsic;
    private readonly int _padded;
    private readonly float[] _map;
    private readonly double[] _centres;
    private readonly Random _random;

    public ClusteredVectors(int dimension, int intrinsicDimension, int seed)
    {
        (_dimension, _intrinsic, _random) = (dimension, intrinsicDimension, new Random(seed));
        _padded = QueryScratch.Pad(intrinsicDimension, FloatKernels.Lanes);
        _map = new float[dimension * _padded];
        for (var i = 0; i < dimension * intrinsicDimension; i++)
        {
            _map[(i / intrinsicDimension * _padded) + (i % intrinsicDimension)] = (float)(Gaussian() / Math.Sqrt(dimension));
        }

        _centres = new double[ClusterCount * intrinsicDimension];
        for (var i = 0; i < _centres.Length; i++)
        {
            _centres[i] = Gaussian();
        }
    }

    /// <summary>The next <paramref name="count"/> vectors, one after the other.</summary>
    public float[] Next(int count)
    {
        var vectors = new float[(long)count * _dimension];
        var inner = new float[_padded];
        for (var i = 0; i < count; i++)
        {
            var centre = _random.Next(ClusterCount) * _intrinsic;
            for (var j = 0; j < _intrinsic; j++)
            {
                inner[j] = (float)(_centres[centre + j] + (ClusterSpread * Gaussian()));
            }

            Lay(inner, vectors.AsSpan(i * _dimension, _dimension));
        }

        return vectors;
    }

    private void Lay(float[] inner, Span<float> vector)
    {
        fixed (float* point = inner)
        fixed (float* map = _map)
        {
            for (var d = 0; d < vector.Length; d++)
            {
                vector[d] = FloatKernels.Dot(point, map + (d * _padded), _padded) + (float)(AmbientNoise * Gaussian());
            }
        }

        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        var scale = (float)(1 / Math.Sqrt(squares));
        foreach (ref var value in vector)
        {
            value *= scale;
        }
    }

    private double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
