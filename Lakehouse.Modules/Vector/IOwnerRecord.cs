using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Vector;

/// <summary>
/// What the module that fills an index keeps with it. Stored as JSON by the names of its properties in snake case; opaque to this module but for what it says
/// here. Immutable.
/// </summary>
public interface IOwnerRecord
{
    /// <summary>The error of a client that adds or deletes items of the index where only the owner may; null where everybody may.</summary>
    /// <param name="index">The index.</param>
    LakehouseException? FindRefusal(IndexName index);

    /// <summary>Writes the members that every answer from the index carries, into an object that is open.</summary>
    void WriteAnswerMembers(Utf8JsonWriter json);
}
