using System.Text.Json;

namespace Lakehouse.Vector;

/// <summary>
/// Reads the stored JSON of an <see cref="IOwnerRecord"/>. Registered by the module that owns the records; without one, an index that has a record cannot be
/// opened.
/// </summary>
public interface IOwnerRecordReader
{
    /// <summary>Reads a record; null where the owner no longer uses it.</summary>
    /// <exception cref="JsonException">The JSON is not a record.</exception>
    IOwnerRecord? Read(JsonElement json);
}
