namespace Lakehouse.Vector;

/// <summary>An item to be added.</summary>
/// <param name="Id">Its name in the index; an item of this name that is there is replaced.</param>
/// <param name="Vector">As many finite numbers as the index has dimensions.</param>
/// <param name="Metadata">A JSON object in UTF-8. Empty: what is stored for the id stays; <c>{}</c> clears it.</param>
/// <param name="Text">The text that keywords find it by. Null: what is stored for the id stays; an empty one clears it.</param>
public sealed record VectorItem(string Id, ReadOnlyMemory<float> Vector, ReadOnlyMemory<byte> Metadata, string? Text = null);
