using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Vector;

/// <summary>
/// A record that the module that fills an index stores with it. Stored as JSON, with the names of its properties in snake case. This module uses only the
/// members below and does not interpret the rest. Immutable.
/// </summary>
public interface IOwnerRecord
{
    /// <summary>Returns the error for a client that adds or deletes items where only the owner may do so; null where every client may.</summary>
    /// <param name="index">The index.</param>
    LakehouseException? FindRefusal(IndexName index);

    /// <summary>The error for a client that reads items directly, where the caller may see only a part of what they were made of; null where it may.</summary>
    LakehouseException? FindReadRefusal(IndexName index);

    /// <summary>Writes the members that every answer from the index carries, into the object that <paramref name="json"/> has open.</summary>
    void WriteAnswerMembers(Utf8JsonWriter json);
}
