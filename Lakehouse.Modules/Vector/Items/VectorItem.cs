namespace Lakehouse.Vector;

/// <summary>An item to be added.</summary>
/// <param name="Id">Its name in the index; an existing item with this id is replaced.</param>
/// <param name="Vector">As many finite numbers as the index has dimensions.</param>
/// <param name="Metadata">A JSON object in UTF-8. Empty keeps the stored metadata of the id; <c>{}</c> clears it.</param>
/// <param name="Text">The text that is searched by keywords. Null keeps the stored text of the id; an empty text clears it.</param>
public sealed record VectorItem(string Id, ReadOnlyMemory<float> Vector, ReadOnlyMemory<byte> Metadata, string? Text = null);
