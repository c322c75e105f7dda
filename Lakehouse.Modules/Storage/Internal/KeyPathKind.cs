namespace Lakehouse.Storage.Internal;

/// <summary>What a name in a folder stands for.</summary>
internal enum KeyPathKind
{
    /// <summary>No part of a key: a temporary or foreign file.</summary>
    None,

    /// <summary>The last segment of a key.</summary>
    Object,

    /// <summary>A segment that others follow.</summary>
    Folder,

    /// <summary>The first part of a segment that is longer than a name may be.</summary>
    Part,
}
