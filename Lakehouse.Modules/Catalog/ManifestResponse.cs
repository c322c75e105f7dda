using System.Text.Json.Serialization;
using Lakehouse.Core.Access;

namespace Lakehouse.Catalog;

/// <summary>A manifest in HTTP responses.</summary>
public sealed record ManifestResponse(
    Guid DatasetId,
    string Name,
    long Version,
    string SchemaFingerprint,
    IReadOnlyList<DatasetColumn> Columns,
    IReadOnlyList<ManifestResponse.DataFileResponse> Objects,
    long? RowCount,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? SortBy)
{
    /// <summary>Makes the response of a dataset as the caller sees it; without a count of rows where some of them are hidden.</summary>
    public static ManifestResponse See(Manifest manifest) => From(Caller.Current.See(manifest)) with
    {
        RowCount = Caller.Current.CountsRows(manifest) ? manifest.RowCount : null,
    };

    /// <summary>Makes the response for <paramref name="manifest"/>.</summary>
    public static ManifestResponse From(Manifest manifest) => new(
        manifest.DatasetId,
        manifest.Name.Value,
        manifest.Version,
        manifest.Fingerprint == default ? string.Empty : manifest.Fingerprint.Value,
        manifest.Columns,
        [.. manifest.Objects.Select(o => new DataFileResponse(o.Key.Value, o.SizeBytes, o.RowCount, o.Sha256))],
        manifest.RowCount,
        manifest.CreatedAt.UtcDateTime,
        manifest.UpdatedAt.UtcDateTime,
        manifest.SortBy);

    /// <summary>A data file in HTTP responses.</summary>
    public sealed record DataFileResponse(string Key, long Size, long? RowCount, string? Sha256);
}
