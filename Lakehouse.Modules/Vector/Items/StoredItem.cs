namespace Lakehouse.Vector;

/// <summary>An item as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Vector">Its vector as it was added; null where it was not asked for.</param>
/// <param name="Metadata">Its metadata, a JSON object in UTF-8; null where it was not asked for.</param>
/// <param name="Text">Its text; null where it has none or the text was not asked for.</param>
public sealed record StoredItem(string Id, float[]? Vector, byte[]? Metadata, string? Text = null);
