using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Text;
using Lakehouse.Iceberg.Internal.Publishing;
using Lakehouse.Storage;

namespace Lakehouse.Iceberg.Internal;

/// <summary>
/// The published datasets as a caller sees them. One that the caller sees a part of is not offered: other engines read its files, which know nothing of masks.
/// Addresses in a folder of the host are for administrators; those in S3 help nobody who has no access to the bucket.
/// </summary>
internal sealed class RestCatalog(TablePublisher publisher, IObjectStore store, IcebergOptions options)
{
    /// <summary>The name of the one namespace.</summary>
    public string Namespace => options.Namespace;

    /// <exception cref="LakehouseException"><c>namespace_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    public void RequireNamespace(string name)
    {
        if (name != Namespace)
        {
            throw new LakehouseException(
                ErrorKind.NotFound, "namespace_not_found", $"There is no namespace '{name}'. All tables are in '{Namespace}' (iceberg.namespace).");
        }
    }

    /// <summary>The names of the tables that the caller can load, in the order of their bytes.</summary>
    public IReadOnlyList<string> List()
    {
        var caller = Caller.Current;
        var seen = publisher.List().Select(t => t.Name.Value).Where(n => caller.Sees(ResourceKind.Dataset, n) && caller.GuardOf(n) is null);
        return MayLocate(caller) ? [.. seen.Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The name of a table that is there; another process may have published it a moment ago.</summary>
    /// <exception cref="LakehouseException"><c>table_not_found</c> (<see cref="ErrorKind.NotFound"/>); as of <see cref="RequireWhole"/>.</exception>
    public async Task<DatasetName> RequireAsync(string table, CancellationToken cancellationToken)
    {
        var name = RequireWhole(table);
        return publisher.Find(name) is not null || await publisher.SeekAsync(name, cancellationToken) is not null ? name : throw NotFound(table);
    }

    /// <summary>The name of a table, which may not be there yet, that the caller sees all of.</summary>
    /// <exception cref="LakehouseException"><c>invalid_name</c>; <c>dataset_guarded</c>, <c>not_allowed</c> (<see cref="ErrorKind.Forbidden"/>).</exception>
    public DatasetName RequireWhole(string table)
    {
        var caller = Caller.Current;
        caller.RequireSeen(ResourceKind.Dataset, table);
        if (caller.GuardOf(table) is not null)
        {
            throw caller.Guarded(table, "Other engines would read all of its files, so it is no table for that profile.");
        }

        if (!MayLocate(caller))
        {
            throw new LakehouseException(
                ErrorKind.Forbidden, "not_allowed", "The lake is in a folder of the server, whose files only the administrator is told the addresses of.");
        }

        return DatasetName.Parse(table);
    }

    /// <summary>A table with all versions that are committed now.</summary>
    /// <exception cref="LakehouseException">As of <see cref="RequireAsync"/>; <c>not_publishable</c> (<see cref="ErrorKind.Conflict"/>).</exception>
    public async Task<LoadedTable> LoadAsync(string table, CancellationToken cancellationToken)
    {
        var name = await RequireAsync(table, cancellationToken);
        return await publisher.LoadAsync(name, cancellationToken) ?? throw NotFound(table);
    }

    private bool MayLocate(Caller caller) => caller.IsAdministrator || !store.IsInPlace;

    private LakehouseException NotFound(string table) => new(
        ErrorKind.NotFound, "table_not_found",
        $"There is no table '{table}'{NearestName.Hint(table, List())}. PUT /v1/catalog/publish/{table} makes a dataset one.");
}
