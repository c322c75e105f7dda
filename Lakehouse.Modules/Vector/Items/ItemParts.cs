namespace Lakehouse.Vector;

/// <summary>The parts of items to read in addition to their ids.</summary>
[Flags]
public enum ItemParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Their vectors.</summary>
    Vector = 1,

    /// <summary>Their metadata.</summary>
    Metadata = 2,

    /// <summary>Their texts.</summary>
    Text = 4,
}
