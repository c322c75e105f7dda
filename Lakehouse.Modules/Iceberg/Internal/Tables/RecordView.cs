using Lakehouse.Iceberg.Internal.Avro;

namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>
/// Puts the fields of records that another program has written into the order of this one's: by their ids, and by their names where they have none.
/// </summary>
internal sealed class RecordView
{
    private readonly AvroSchema _theirs;
    private readonly int[] _places;

    /// <param name="theirs">The type of their records.</param>
    /// <param name="ours">The type of this program's.</param>
    /// <exception cref="InvalidDataException">Theirs are no records.</exception>
    public RecordView(AvroSchema theirs, AvroSchema ours)
    {
        _theirs = theirs.Kind == AvroKind.Record ? theirs : throw new InvalidDataException("its records are of another kind");
        _places = [.. ours.Fields.Select(f => theirs.IndexOf(f.Name, f.Id ?? -1))];
    }

    /// <summary>The type of one of their fields.</summary>
    /// <param name="place">Its place among this program's.</param>
    public AvroSchema TypeOf(int place) => _places[place] >= 0
        ? _theirs.Fields[_places[place]].Type
        : throw new InvalidDataException("its records lack a field");

    /// <summary>The values of a record; null for fields that it does not have.</summary>
    public object?[] Of(object? record) => record is object?[] values
        ? [.. _places.Select(p => p < 0 ? null : values[p])]
        : throw new InvalidDataException("its records are of another kind");
}
