namespace Lakehouse.Storage;

/// <summary>A bucket.</summary>
/// <param name="Name">Its name in this program.</param>
/// <param name="S3">Where it is on an S3 server; null for a folder.</param>
/// <param name="Folder">The folder of its objects, absolute; empty for S3.</param>
/// <param name="HasOwnFolder">True when the bucket's table names the folder; false when it is the one below <c>data_dir</c>.</param>
public sealed record BucketOptions(string Name, S3Options? S3, string Folder, bool HasOwnFolder = false);
