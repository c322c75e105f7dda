using Lakehouse.Catalog;
using Lakehouse.Core.Names;

namespace Lakehouse.Query;

/// <summary>
/// A table of the schema <c>lakehouse</c> whose rows a module keeps as a dataset of the program (<see cref="DatasetName.OfProgram"/>). It is empty before the
/// first row is committed. Statements of administrators alone can read it. A module adds one by registering a singleton.
/// </summary>
/// <param name="Table">Its name, lower-case letters.</param>
/// <param name="Columns">Its columns, which the dataset has too, and which have plain types.</param>
public sealed record SystemDataset(string Table, IReadOnlyList<DatasetColumn> Columns)
{
    /// <summary>The dataset.</summary>
    public DatasetName Name => DatasetName.OfProgram(Table);
}
