namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// The judgements of recent texts, which depend on the text alone. Of two generations the older one is forgotten when the younger one is full, so what is used
/// is found at least as long as the bound says, and nothing is sorted. Thread-safe.
/// </summary>
/// <param name="countMax">The most judgements of a generation; 0: none are kept.</param>
internal sealed class RecentJudgements(int countMax)
{
    private readonly Lock _gate = new();
    private Dictionary<string, JudgedStatement> _young = new(StringComparer.Ordinal);
    private Dictionary<string, JudgedStatement> _old = new(StringComparer.Ordinal);

    public JudgedStatement? Find(string sql)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(sql, out var judged))
            {
                return judged;
            }

            if (_old.TryGetValue(sql, out judged))
            {
                Keep(sql, judged);
            }

            return judged;
        }
    }

    public void Add(string sql, JudgedStatement judged)
    {
        lock (_gate)
        {
            if (sql.Length <= Engine.PlanPool.TextMax && countMax > 0)
            {
                Keep(sql, judged);
            }
        }
    }

    private void Keep(string sql, JudgedStatement judged)
    {
        if (_young.Count >= countMax)
        {
            (_old, _young) = (_young, new Dictionary<string, JudgedStatement>(StringComparer.Ordinal));
        }

        _young[sql] = judged;
    }
}
