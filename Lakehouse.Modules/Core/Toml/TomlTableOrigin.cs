namespace Lakehouse.Core.Toml;

/// <summary>How a table came to be.</summary>
internal enum TomlTableOrigin
{
    /// <summary>As a parent in a header, <c>[a.b]</c> makes <c>a</c>: a header of its own may follow once.</summary>
    Implied,

    /// <summary>By its own header: neither a second header nor dotted keys from elsewhere may reach it.</summary>
    Header,

    /// <summary>By a dotted key: further dotted keys of the same table may add to it, headers may not.</summary>
    DottedKey,

    /// <summary>Inline: complete as it stands.</summary>
    Inline,
}
