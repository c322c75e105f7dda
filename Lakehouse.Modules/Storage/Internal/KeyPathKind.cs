namespace Lakehouse.Storage.Internal;

/// <summary>The meaning of a name in a folder.</summary>
internal enum KeyPathKind
{
    /// <summary>No part of a key: a temporary or foreign file.</summary>
    None,

    /// <summary>The last segment of a key.</summary>
    Object,

    /// <summary>A segment that is followed by others.</summary>
    Folder,

    /// <summary>A part of a segment that is too long for one name, but not its last part.</summary>
    Part,
}
