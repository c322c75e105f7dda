using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>
/// Manifests as Parquet files of one row, so that any tool that reads Parquet can read the catalog. docs/manifest.md lists the columns. An engine reads those
/// that earlier builds have written.
/// </summary>
internal sealed class ManifestCodec : IManifestCodec, IDisposable
{
    /// <summary>How parts of a manifest are written as JSON.</summary>
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lazy<DuckDbDatabase> _database = new(() => DuckDbDatabase.OpenIsolated("256MB"));

    public byte[] Encode(Manifest manifest) => ManifestWriter.Write(manifest);

    public async Task<Manifest> DecodeAsync(string path, CancellationToken cancellationToken) =>
        ManifestReader.TryRead(await File.ReadAllBytesAsync(path, cancellationToken), out var manifest)
            ? manifest!
            : await Task.Run(() => ReadByEngine(path), cancellationToken);

    public void Dispose()
    {
        if (_database.IsValueCreated)
        {
            _database.Value.Dispose();
        }
    }

    /// <exception cref="InvalidDataException">The text is none.</exception>
    public static TableTraits? ReadTraits(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<TableTraits>(json, Json) is { FieldIds: not null } traits
                ? traits
                : throw new InvalidDataException("the table's traits are none");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("the table's traits are none", error);
        }
    }

    private Manifest ReadByEngine(string path)
    {
        try
        {
            using var connection = _database.Value.Connect();
            using var statement = connection.Prepare($"""
                SELECT dataset_id, name, version, schema_fingerprint, to_json("columns")::VARCHAR, to_json(objects)::VARCHAR, row_count,
                       epoch_us(created_at), epoch_us(updated_at), coalesce(dropped, schema_fingerprint = ''), made_by,
                       kind, "sql", to_json(sources)::VARCHAR, to_json(requests)::VARCHAR, to_json(schemas)::VARCHAR,
                       rows_since, to_json(sort_by)::VARCHAR, table_traits, table_change
                FROM (SELECT NULL::BOOLEAN AS dropped, NULL::VARCHAR AS made_by, NULL::VARCHAR AS kind, NULL::VARCHAR AS "sql",
                             NULL::STRUCT(name VARCHAR, version BIGINT)[] AS sources,
                             NULL::STRUCT("key" VARCHAR, digest VARCHAR, version BIGINT)[] AS requests,
                             NULL::STRUCT(name VARCHAR, type VARCHAR)[][] AS schemas, NULL::BIGINT AS rows_since,
                             NULL::VARCHAR[] AS sort_by, NULL::VARCHAR AS table_traits, NULL::VARCHAR AS table_change WHERE false
                      UNION ALL BY NAME FROM read_parquet({DuckDbSql.Literal(path)}))
                WHERE version IS NOT NULL
                """);
            using var result = statement.Execute();
            using var row = result.FetchChunk();
            return row is { RowCount: 1 } ? Read(row) : throw new InvalidDataException("the file does not hold one manifest");
        }
        catch (Exception error) when (error is DuckDbException or JsonException or FormatException)
        {
            throw new InvalidDataException("the file is not a manifest: " + error.Message, error);
        }
    }

    private static Manifest Read(DuckDbChunk row)
    {
        var name = DatasetName.TryParseStored(Text(1), out var parsed, out var reason) ? parsed : throw new FormatException(reason);
        var objects = JsonSerializer.Deserialize<List<StoredFile>>(Text(5), Json) ?? [];
        var schemas = JsonSerializer.Deserialize<List<List<DatasetColumn>>>(OptionalText(15) ?? "[]", Json) ?? [];
        return new Manifest(
            Guid.Parse(Text(0)),
            name,
            Number(2),
            SchemaFingerprint.TryParse(Text(3), out var fingerprint) ? fingerprint : default, // earlier builds wrote an empty one when a dataset was dropped
            JsonSerializer.Deserialize<List<DatasetColumn>>(Text(4), Json) ?? [],
            [
                .. objects.Select(
                    o => new DataFile(
                        ObjectKey.TryParse(o.Key, out var key, out var error) ? key : throw new FormatException(error), o.Size, o.RowCount, o.Sha256,
                        o.Schema is not { } schema ? null
                            : schema >= 0 && schema < schemas.Count ? schemas[schema]
                            : throw new FormatException($"there is no schema {schema}")))
            ],
            Number(6),
            Time(7),
            Time(8),
            Required(9).Get<bool>(0),
            OptionalText(10),
            OptionalText(11) is not { } kind ? null : new DatasetDefinition(
                Enum.TryParse<DefinitionKind>(kind, ignoreCase: true, out var known) ? known : throw new FormatException($"the kind '{kind}' is not known"),
                Text(12),
                JsonSerializer.Deserialize<List<SourceVersion>>(OptionalText(13) ?? "[]", Json) ?? []),
            JsonSerializer.Deserialize<List<AnsweredRequest>>(OptionalText(14) ?? "[]", Json) is { Count: > 0 } requests ? requests : null,
            row.GetVector(16).IsNull(0) ? null : Number(16),
            JsonSerializer.Deserialize<List<string>>(OptionalText(17) ?? "[]", Json) is { Count: > 0 } sortBy ? sortBy : null,
            ReadTraits(OptionalText(18)),
            OptionalText(19));

        string Text(int column) => Encoding.UTF8.GetString(Required(column).GetBytes(0));
        string? OptionalText(int column) => row.GetVector(column).IsNull(0) ? null : Text(column);
        long Number(int column) => Required(column).Get<long>(0);
        DateTimeOffset Time(int column) => DateTimeOffset.UnixEpoch.AddMicroseconds(Number(column));
        DuckDbVector Required(int column) =>
            row.GetVector(column) is var vector && !vector.IsNull(0) ? vector : throw new FormatException($"column {column + 1} is NULL");
    }

    private sealed record StoredFile(string? Key, long Size, long? RowCount, string? Sha256, int? Schema = null);
}
