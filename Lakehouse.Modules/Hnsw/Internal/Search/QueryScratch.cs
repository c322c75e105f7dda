using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>A query in every form that an index compares, and buffers for two stored nodes. Not thread-safe.</summary>
internal sealed unsafe class QueryScratch
{
    private const int CacheLine = 64;

    // Pinned, so that pointers into it stay valid as long as this object is referenced.
    private readonly byte[] _memory;

    /// <summary>Allocates buffers for vectors of <paramref name="paddedLength"/> floats.</summary>
    public QueryScratch(int paddedLength)
    {
        var floats = Pad(paddedLength * sizeof(float), CacheLine);
        var codes = Pad(paddedLength, CodeKernels.Lanes);
        _memory = GC.AllocateArray<byte>(floats + (4 * codes) + CacheLine, pinned: true);
        fixed (byte* memory = _memory)
        {
            var aligned = (byte*)(((nuint)memory + CacheLine - 1) & ~(nuint)(CacheLine - 1));
            Vector = (float*)aligned;
            Codes = (sbyte*)(aligned + floats);
            Bits = aligned + floats + codes;
            Node = aligned + floats + (2 * codes);
            OtherNode = aligned + floats + (3 * codes);
        }
    }

    /// <summary>The query as float32, padded with zeros; under cosine normalized to length 1.</summary>
    public float* Vector { get; }

    /// <summary>The query as signed 8-bit codes.</summary>
    public sbyte* Codes { get; }

    /// <summary>The scale, offset and sum of <see cref="Codes"/>.</summary>
    public CodeInfo Info { get; set; }

    /// <summary>The signs of the query, a bit for each dimension.</summary>
    public byte* Bits { get; }

    /// <summary>The buffer for the scorer of a stored node.</summary>
    public byte* Node { get; }

    /// <summary>The buffer for the scorer of a second stored node.</summary>
    public byte* OtherNode { get; }

    /// <summary><paramref name="length"/> rounded up to a multiple of <paramref name="lanes"/>.</summary>
    public static int Pad(int length, int lanes) => (length + lanes - 1) / lanes * lanes;
}
