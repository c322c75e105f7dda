namespace Lakehouse.Catalog.Schemas;

/// <summary>What a commit does with the schema that the dataset has.</summary>
public enum SchemaRule
{
    /// <summary>The commit has the same columns, or it is refused.</summary>
    Same,

    /// <summary>
    /// Columns that the dataset does not have are added, and types become as wide as all files need. The data files that are there stay as they are and are
    /// read as the wider type.
    /// </summary>
    Evolve,

    /// <summary>The dataset has the columns of the commit from then on.</summary>
    Set,
}
