using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Gate;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The tables of a statement and of the views that it reads, directly or through other views. A view's query is judged each time, like any other text, and what
/// it costs counts at each place that names the view.
/// </summary>
internal sealed class StatementViews(SqlGate gate, JudgedStatement statement)
{
    private readonly Dictionary<string, JudgedStatement> _judged = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyDictionary<string, DatasetFiles> _found = new Dictionary<string, DatasetFiles>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tables that are known so far, each once: those of the statement, then those of its views.</summary>
    public IReadOnlyList<TableReference> Tables { get; private set; } = statement.Tables;

    /// <summary>What was found for each of the tables, in their order.</summary>
    public IReadOnlyList<DatasetFiles> Found => [.. Tables.Select(t => _found[t.Name])];

    /// <summary>The views, each after those that it reads.</summary>
    public IReadOnlyList<DatasetFiles> Ordered { get; private set; } = [];

    /// <summary>Whether all of it has the same answer whenever it runs over the same data.</summary>
    public bool IsRepeatable => statement.IsRepeatable && _judged.Values.All(j => j.IsRepeatable);

    /// <summary>Takes what was found, and follows the views.</summary>
    /// <param name="found">By table name; null for a name that is no dataset and no view.</param>
    /// <param name="isExpected">Whether nobody has asked for it, so that who has given it does not know how the tables are named.</param>
    /// <returns>False when the views name tables for which nothing is given: <see cref="Tables"/> has them now.</returns>
    /// <exception cref="LakehouseException">
    /// <c>unknown_dataset</c>, <c>definition_cycle</c>, <c>view_invalid</c> (<see cref="ErrorKind.InvalidInput"/>), <c>sql_forbidden</c>.
    /// </exception>
    public bool TryTake(IReadOnlyDictionary<string, DatasetFiles?> found, bool isExpected)
    {
        var (tables, known) = (statement.Tables.ToList(), new Dictionary<string, DatasetFiles>(StringComparer.OrdinalIgnoreCase));
        var readBy = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isComplete = true;
        _judged.Clear();
        for (var i = 0; i < tables.Count; i++)
        {
            var name = tables[i].Name;
            if (!found.TryGetValue(name, out var dataset))
            {
                isComplete = false;
                continue;
            }

            known[name] = dataset ?? throw (readBy.TryGetValue(name, out var view) ? EngineErrors.GoneFromView(view, name) : tables[i].Missing);
            if (dataset.View is null)
            {
                continue;
            }

            var judged = Judge(dataset);
            _judged[name] = judged;
            foreach (var table in judged.Tables)
            {
                var at = tables.FindIndex(k => Same(k.Name, table.Name));
                if (at < 0)
                {
                    tables.Add(table);
                    readBy[table.Name] = dataset.Name;
                }
                else if (table.IsQualified && !tables[at].IsQualified)
                {
                    // Who answers has to know: a name with a schema reaches no pinned version, and no view.
                    tables[at] = tables[at] with { IsQualified = true };
                }
            }
        }

        isComplete &= !tables.Exists(t => t.IsQualified && (isExpected || !Tables.Any(k => k.IsQualified && Same(k.Name, t.Name))));
        Tables = tables;
        if (isComplete)
        {
            _found = known;
            Order();
        }

        return isComplete;
    }

    private JudgedStatement Judge(DatasetFiles view)
    {
        try
        {
            var judged = gate.Judge(view.View!, int.MaxValue);
            judged.RequireDefinition();
            return judged;
        }
        catch (LakehouseException error)
        {
            throw EngineErrors.InvalidView(view.Name, error);
        }
    }

    private void Order()
    {
        var (ordered, costs) = (new List<DatasetFiles>(), new Dictionary<string, GateCost>(StringComparer.OrdinalIgnoreCase));
        gate.Require(CostOf(statement, []));
        Ordered = ordered;

        GateCost CostOf(JudgedStatement judged, List<string> path) => judged.Cost.With(judged.Tables.Select(t => (t.Count, CostOfTable(t.Name, path))));

        GateCost CostOfTable(string name, List<string> path)
        {
            if (!_judged.TryGetValue(name, out var judged))
            {
                return GateCost.OfTable;
            }

            if (path.Exists(p => Same(p, name)))
            {
                throw EngineErrors.DefinitionCycle([.. path.SkipWhile(p => !Same(p, name)), name]);
            }

            if (!costs.TryGetValue(name, out var cost))
            {
                cost = CostOf(judged, [.. path, name]);
                gate.Require(cost);
                costs[name] = cost;
                ordered.Add(_found[name]);
            }

            return cost;
        }
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
