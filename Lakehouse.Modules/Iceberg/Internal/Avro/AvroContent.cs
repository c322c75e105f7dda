namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>What an Avro file has.</summary>
/// <param name="Schema">The type of its records.</param>
/// <param name="Metadata">The members of its header.</param>
/// <param name="Records">The records.</param>
internal sealed record AvroContent(AvroSchema Schema, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<object?> Records);
