using Lakehouse.Core.Errors;

namespace Lakehouse.Query;

/// <summary>Shows and cancels queries of clients. Queries that modules make for themselves are not shown. Thread-safe.</summary>
public interface IQueryControl
{
    /// <summary>The queries that run, and the last <see cref="QueryOptions.MaxRecent"/> that have ended, the newest first.</summary>
    IReadOnlyList<QueryInfo> List();

    /// <summary>Cancels a query. Its client receives the error <c>query_cancelled</c>, or its answer is cut off.</summary>
    /// <exception cref="LakehouseException"><c>query_not_found</c> (<see cref="ErrorKind.NotFound"/>): none with that id runs.</exception>
    void Cancel(string id);
}
