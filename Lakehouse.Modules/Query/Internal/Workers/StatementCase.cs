using System.Diagnostics;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Decides whether a statement is at fault when its engine process ends. All statements of a process that crashed are suspects, because nothing shows which of
/// them caused it. They run again, the newest first. A suspect whose process ends again is at fault; and when all but the oldest have run without harm, the
/// oldest is at fault.
/// </summary>
/// <param name="sql">Its text, for the log.</param>
internal sealed class StatementCase(string sql) : IDisposable
{
    /// <summary>A statement that is a suspect this often is at fault, whichever others are too.</summary>
    private const int HitsMax = 3;

    private static readonly TimeSpan PartMax = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _succeededAt;

    /// <summary>Its text.</summary>
    public string Sql => sql;

    /// <summary>When it last entered a process.</summary>
    public long EnteredAt { get; private set; }

    /// <summary>How often it was a suspect: it ran in a process that ended because of one of its statements.</summary>
    public int Hits { get; private set; }

    /// <summary>Records that it enters a process.</summary>
    public void Enter() => EnteredAt = Stopwatch.GetTimestamp();

    /// <summary>Records that the first bytes of its answer are ready.</summary>
    public void Succeed() => Volatile.Write(ref _succeededAt, Stopwatch.GetTimestamp());

    /// <summary>Records that its first bytes or its error are ready: it will not run again.</summary>
    public void Dispose() => _finished.TrySetResult();

    /// <summary>Decides whether it is at fault, after its process has crashed or taken too much memory.</summary>
    /// <param name="suspects">The statements of the process, each with its hits before that.</param>
    /// <returns>True when it is at fault. False: it can run again, after <see cref="IsLeftAsync"/>.</returns>
    public bool Judge(IReadOnlyList<(StatementCase Case, int Hits)> suspects)
    {
        var most = suspects.Max(s => s.Hits);
        var own = suspects.FirstOrDefault(s => s.Case == this).Hits;
        if (own < most)
        {
            return false; // another one was a suspect more often
        }

        if (suspects.Count(s => s.Hits == most) == 1 && (most > 0 || suspects.Count == 1))
        {
            return true;
        }

        Hits = own + 1;
        return Hits >= HitsMax;
    }

    /// <summary>Waits until the suspects that entered after this one have run again, or for half a second.</summary>
    /// <returns>True when all others have run again without harm: then this one is at fault.</returns>
    /// <param name="suspects">The statements of the process.</param>
    /// <param name="diedAt">When the process ended.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<bool> IsLeftAsync(IReadOnlyList<(StatementCase Case, int Hits)> suspects, long diedAt, CancellationToken cancellationToken)
    {
        var others = suspects.Select(s => s.Case).Where(c => c != this).ToList();
        var younger = others.Where(c => c.EnteredAt > EnteredAt).Select(c => c._finished.Task).ToList();
        await Task.WhenAny(Task.WhenAll(younger), Task.Delay(PartMax, cancellationToken));
        return others.Count > 0 && others.TrueForAll(c => Volatile.Read(ref c._succeededAt) > diedAt);
    }
}
