using Lakehouse.Catalog;
using Lakehouse.Core.Access;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>Keeps the lists of the statements that have asked last, so that what a statement asks for later is of the same moment. Thread-safe.</summary>
internal sealed class StatementLists(ICatalog catalog)
{
    /// <summary>Statements that list and run at once. One that has been forgotten sees what is there when it asks again.</summary>
    private const int StatementsMax = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CatalogLists> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>The lists of a statement.</summary>
    public CatalogLists Of(string statement)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(statement, out var lists))
            {
                return lists;
            }

            if (_order.Count == StatementsMax)
            {
                _known.Remove(_order.Dequeue());
            }

            _order.Enqueue(statement);
            return _known[statement] = new CatalogLists(catalog, Caller.Current);
        }
    }
}
