using System.Diagnostics;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// What is known of a statement when engine processes end under it. All statements of a process that crashed are suspects, for nobody sees which of them did
/// it. They run again, those that had run for the shortest first. One that ends another process is found so; and when all but the oldest have run without harm,
/// it was the oldest.
/// </summary>
/// <param name="sql">Its text, for the log.</param>
internal sealed class StatementCase(string sql) : IDisposable
{
    /// <summary>A statement that was there so often is at fault, whoever else was.</summary>
    private const int HitsMax = 3;

    private static readonly TimeSpan PartMax = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _succeededAt;

    /// <summary>Its text.</summary>
    public string Sql => sql;

    /// <summary>When it last came to a process.</summary>
    public long EnteredAt { get; private set; }

    /// <summary>In how many processes it was when they ended by a fault that may be its own.</summary>
    public int Hits { get; private set; }

    /// <summary>It comes to a process.</summary>
    public void Enter() => EnteredAt = Stopwatch.GetTimestamp();

    /// <summary>The first bytes of its answer are there.</summary>
    public void Succeed() => Volatile.Write(ref _succeededAt, Stopwatch.GetTimestamp());

    /// <summary>Its first bytes are there, or its error: nothing of it can run again.</summary>
    public void Dispose() => _finished.TrySetResult();

    /// <summary>Decides after a process has ended by a fault.</summary>
    /// <param name="suspects">The statements that it had, each with its hits until then.</param>
    /// <returns>True when this one is at fault. False: it can run again, after <see cref="IsLeftAsync"/>.</returns>
    public bool Judge(IReadOnlyList<(StatementCase Case, int Hits)> suspects)
    {
        var most = suspects.Max(s => s.Hits);
        var own = suspects.FirstOrDefault(s => s.Case == this).Hits;
        if (own < most)
        {
            return false; // another one was there before
        }

        if (suspects.Count(s => s.Hits == most) == 1 && (most > 0 || suspects.Count == 1))
        {
            return true;
        }

        Hits = own + 1;
        return Hits >= HitsMax;
    }

    /// <summary>Waits until the suspects that came after this one have run again, or for half a second.</summary>
    /// <returns>True when all others have, without harm: then this one is at fault.</returns>
    /// <param name="suspects">The statements that the process had.</param>
    /// <param name="diedAt">When it ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> IsLeftAsync(IReadOnlyList<(StatementCase Case, int Hits)> suspects, long diedAt, CancellationToken cancellationToken)
    {
        var others = suspects.Select(s => s.Case).Where(c => c != this).ToList();
        var younger = others.Where(c => c.EnteredAt > EnteredAt).Select(c => c._finished.Task).ToList();
        await Task.WhenAny(Task.WhenAll(younger), Task.Delay(PartMax, cancellationToken));
        return others.Count > 0 && others.TrueForAll(c => Volatile.Read(ref c._succeededAt) > diedAt);
    }
}
