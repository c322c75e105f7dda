using System.Text.Json;

namespace Lakehouse.Vector;

/// <summary>
/// Reads what an <see cref="IOwnerRecord"/> was stored as. Registered by the module that owns the records; without one, an index that has a record cannot be
/// opened.
/// </summary>
public interface IOwnerRecordReader
{
    /// <summary>Reads a record; null where the owner has no use for it any more.</summary>
    /// <exception cref="JsonException">It is no record.</exception>
    IOwnerRecord? Read(JsonElement json);
}
