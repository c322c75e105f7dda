namespace Lakehouse.Catalog;

/// <summary>What a <see cref="DatasetDefinition"/> is for.</summary>
public enum DefinitionKind
{
    /// <summary>A view: it has no data files, and its query runs with each query that names it.</summary>
    View,

    /// <summary>A derived dataset: its data files hold the rows of its query, which runs again when what it reads has a new version.</summary>
    Derived,
}
