namespace Lakehouse.Catalog;

/// <summary>What a commit does with the rows that the dataset has.</summary>
public enum CommitMode
{
    /// <summary>The new data files take their place.</summary>
    Replace,

    /// <summary>The new data files are added to them. No commit of another writer is lost: the files are added to what is the newest version then.</summary>
    Append,
}
