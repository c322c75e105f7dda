using System.Numerics;
using System.Runtime.InteropServices;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>
/// Groups memories by leaders: in their order, each joins the group whose first member is most similar, where that is similar enough, and begins one otherwise.
/// So a group never changes when later memories come, and to add some gives the same groups as to begin again.
/// </summary>
/// <param name="threshold">The least cosine similarity.</param>
internal sealed class Grouping(double threshold)
{
    private readonly List<float[]> _leaders = [];

    /// <summary>The positions of the members of each group, the leader first.</summary>
    public List<List<int>> Groups { get; } = [];

    /// <summary>Takes over a group of before.</summary>
    /// <param name="members">Its members, the leader first.</param>
    /// <param name="leader">The vector of the leader, of length 1.</param>
    public void Keep(List<int> members, float[] leader)
    {
        Groups.Add(members);
        _leaders.Add(leader);
    }

    /// <summary>Adds the next memory.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="vector">Its vector, of length 1.</param>
    public void Add(int position, float[] vector)
    {
        var (best, most) = (-1, (float)threshold);
        for (var i = 0; i < _leaders.Count; i++)
        {
            var similarity = Dot(_leaders[i], vector);
            if (similarity >= most && (best < 0 || similarity > most))
            {
                (best, most) = (i, similarity);
            }
        }

        if (best >= 0)
        {
            Groups[best].Add(position);
        }
        else
        {
            Keep([position], vector);
        }
    }

    /// <summary>The dot product, always added up in the same order.</summary>
    private static float Dot(float[] a, float[] b)
    {
        var first = MemoryMarshal.Cast<float, Vector<float>>(a);
        var second = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < first.Length; i++)
        {
            sums += first[i] * second[i];
        }

        var sum = System.Numerics.Vector.Sum(sums);
        for (var i = first.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
