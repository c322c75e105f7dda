namespace Lakehouse.Query.Internal.Engine;

/// <summary>What the rows of a statement are for.</summary>
internal enum StatementPurpose : byte
{
    /// <summary>An answer.</summary>
    Answer,

    /// <summary>Nothing: it is checked as the query of a view, and its columns are read.</summary>
    Definition,

    /// <summary>The data file of a dataset, in Parquet: its columns have the types that they have when they are read from it.</summary>
    Storage,
}
