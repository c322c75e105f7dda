using Lakehouse.Catalog;
using Lakehouse.Core.Names;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>Where the rows of a query go.</summary>
/// <param name="Name">The dataset, new or existing.</param>
/// <param name="Mode">What happens to the rows that it has.</param>
internal sealed record DatasetTarget(DatasetName Name, CommitMode Mode)
{
    /// <summary>For a derived dataset: its query; null for a dataset that is written once.</summary>
    public string? Definition { get; init; }

    /// <summary>Whether new columns and wider types are let in.</summary>
    public bool IsEvolving { get; init; }

    /// <summary>The version that must still be the newest; 0: the dataset must not exist. Null: any.</summary>
    public long? ExpectedVersion { get; init; }
}
