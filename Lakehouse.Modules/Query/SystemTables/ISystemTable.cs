namespace Lakehouse.Query;

/// <summary>
/// A table of the schema <c>lakehouse</c> in SQL, by which a module shows its state. It is read anew for each statement that names it. A module adds one by
/// registering a singleton.
/// </summary>
public interface ISystemTable
{
    /// <summary>Its name, lower-case letters.</summary>
    string Name { get; }

    /// <summary>Its columns. The types are VARCHAR, BIGINT, DOUBLE, BOOLEAN and TIMESTAMP (UTC).</summary>
    IReadOnlyList<QueryColumn> Columns { get; }

    /// <summary>
    /// Its rows: a value for each column, as a string, a long, a double, a bool, a <see cref="DateTimeOffset"/> or null. All rows of a statement together are
    /// bounded by <see cref="QueryOptions.MaxMessageBytes"/>.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync(CancellationToken cancellationToken);
}
