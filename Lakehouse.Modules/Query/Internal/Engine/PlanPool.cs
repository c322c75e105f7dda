namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The plans of an engine that no statement runs, so that a text that comes again is not planned again. The plan that was used least recently goes first. A
/// plan can hold a data file open, so those of a version that was replaced are dropped at once. Thread-safe.
/// </summary>
/// <param name="countMax">The most plans; 0: none are kept.</param>
internal sealed class PlanPool(int countMax) : IDisposable
{
    /// <summary>The longest text that is worth keeping; to run longer ones takes long, compared with planning them.</summary>
    public const int TextMax = 16 * 1024;

    // In the order of their use. There are few enough to search them one by one.
    private readonly List<KeptPlan> _plans = [];
    private readonly Lock _gate = new();

    /// <summary>
    /// Takes a plan of a text in a scope, which nobody else uses then; null where there is none. Who takes it adds it again, or disposes of it.
    /// </summary>
    public KeptPlan? Take(string sql, string scope)
    {
        lock (_gate)
        {
            var at = _plans.FindLastIndex(p => p.Sql == sql && p.Scope == scope);
            if (at < 0)
            {
                return null;
            }

            var plan = _plans[at];
            _plans.RemoveAt(at);
            return plan;
        }
    }

    /// <summary>Adds a plan, and owns it from now on.</summary>
    public void Add(KeptPlan plan)
    {
        var dropped = plan;
        lock (_gate)
        {
            if (countMax > 0)
            {
                _plans.Add(plan);
                dropped = _plans.Count > countMax ? _plans[0] : null;
                _plans.RemoveRange(0, dropped is null ? 0 : 1);
            }
        }

        dropped?.Dispose();
    }

    /// <summary>Drops the plans that read a dataset.</summary>
    public void Drop(string dataset)
    {
        List<KeptPlan> dropped;
        lock (_gate)
        {
            dropped = _plans.FindAll(p => p.Versions.Any(v => v.Name.Equals(dataset, StringComparison.OrdinalIgnoreCase)));
            _plans.RemoveAll(dropped.Contains);
        }

        dropped.ForEach(p => p.Dispose());
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _plans.ForEach(p => p.Dispose());
            _plans.Clear();
        }
    }
}
