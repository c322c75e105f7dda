namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Id">The id that Iceberg gives it (<c>field-id</c>); null for none.</param>
internal sealed record AvroField(string Name, AvroSchema Type, int? Id);
