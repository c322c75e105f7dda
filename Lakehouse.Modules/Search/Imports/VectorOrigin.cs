using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>Where the imported items of an index come from; stored with the index.</summary>
/// <param name="Embedding">The model that made the vectors of texts; null where the dataset has vectors.</param>
/// <param name="Dataset">The dataset that they were imported from; null where the index was detached from it.</param>
public sealed record VectorOrigin(EmbeddingOrigin? Embedding, DatasetOrigin? Dataset) : IOwnerRecord
{
    /// <summary>Only the importer may change an index that belongs to a dataset.</summary>
    public LakehouseException? FindRefusal(IndexName index) => Dataset is not { Owns: true } dataset ? null : new LakehouseException(
        ErrorKind.Conflict,
        "index_belongs_to_dataset",
        $"The items of the index '{index}' are the rows of the dataset '{dataset.Dataset}': change the dataset, and import it again. DELETE "
        + $"/v1/vectors/index/{index}/import makes it an index like any other.");

    /// <summary>Items are made of rows and columns that the caller may not see.</summary>
    public LakehouseException? FindReadRefusal(IndexName index)
    {
        var caller = Caller.Current;
        return Dataset is not { } dataset ? null
            : !caller.Sees(ResourceKind.Dataset, dataset.Dataset) ? NotSeen(caller, index)
            : caller.GuardOf(dataset.Dataset) is null ? null
            : caller.Guarded(dataset.Dataset, $"The items of the index '{index}' are made of all of it. POST /v1/search shows what the profile sees.");
    }

    /// <summary>The error for an index of a dataset that does not exist for the caller.</summary>
    internal static LakehouseException NotSeen(Caller caller, IndexName index) =>
        new(ErrorKind.Forbidden, "not_allowed", $"The index '{index}' is made of a dataset that the profile '{caller.Name}' may not use.");

    /// <summary>Writes the member <c>dataset</c>: which version of which dataset an answer reflects. Writes nothing where there is no dataset.</summary>
    public void WriteAnswerMembers(Utf8JsonWriter json)
    {
        if (Dataset is not { } dataset)
        {
            return;
        }

        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, dataset.Dataset);
        json.WriteNumber("version"u8, dataset.Version);
        if (dataset.UpdatingTo is { } next)
        {
            json.WriteNumber("updating_to"u8, next);
        }

        json.WriteEndObject();
    }
}
