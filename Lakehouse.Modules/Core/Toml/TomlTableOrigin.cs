namespace Lakehouse.Core.Toml;

/// <summary>How a table was defined.</summary>
internal enum TomlTableOrigin
{
    /// <summary>As a parent in a header: <c>[a.b]</c> defines <c>a</c>. A header <c>[a]</c> may follow once.</summary>
    Implied,

    /// <summary>By its own header. A second header, or dotted keys of another table, may not add to it.</summary>
    Header,

    /// <summary>By a dotted key. Further dotted keys of the same table may add to it, headers may not.</summary>
    DottedKey,

    /// <summary>As an inline table. Nothing may be added.</summary>
    Inline,
}
