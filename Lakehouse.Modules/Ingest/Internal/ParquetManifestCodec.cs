using System.Globalization;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>Manifests as Parquet files of one row, so that any tool that reads Parquet can read the catalog. docs/manifest.md lists the columns.</summary>
internal sealed class ParquetManifestCodec(IScratchSpace scratch) : IManifestCodec, IDisposable
{
    private const string ColumnsShape = """'[{"name":"VARCHAR","type":"VARCHAR"}]'""";
    private const string SourcesShape = """'[{"name":"VARCHAR","version":"BIGINT"}]'""";
    private const string RequestsShape = """'[{"key":"VARCHAR","digest":"VARCHAR","version":"BIGINT"}]'""";
    private const string ObjectsShape = """'[{"key":"VARCHAR","size":"BIGINT","row_count":"BIGINT","sha256":"VARCHAR","schema":"INTEGER"}]'""";
    private const string SchemasShape = """'[[{"name":"VARCHAR","type":"VARCHAR"}]]'""";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lazy<DuckDbDatabase> _database = new(() => DuckDbDatabase.OpenIsolated("256MB"));

    public Task<byte[]> EncodeAsync(Manifest manifest, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var folder = scratch.Create();
            var path = Path.Combine(folder.Path, "manifest.parquet");
            using var connection = _database.Value.Connect();
            try
            {
                connection.Execute($"COPY ({Select(manifest)}) TO {DuckDbSql.Literal(path)} (FORMAT parquet, COMPRESSION zstd)");
            }
            catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.InputOutput)
            {
                const int noSpace = 28; // ENOSPC
                throw FileSystemErrors.Translate(new IOException(error.Message, error.Message.Contains("No space", StringComparison.Ordinal) ? noSpace : 0));
            }

            return File.ReadAllBytes(path);
        },
        cancellationToken);

    public Task<Manifest> DecodeAsync(string path, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                using var connection = _database.Value.Connect();
                using var statement = connection.Prepare($"""
                    SELECT dataset_id, name, version, schema_fingerprint, to_json("columns")::VARCHAR, to_json(objects)::VARCHAR, row_count,
                           epoch_us(created_at), epoch_us(updated_at), coalesce(dropped, schema_fingerprint = ''), made_by,
                           kind, "sql", to_json(sources)::VARCHAR, to_json(requests)::VARCHAR, to_json(schemas)::VARCHAR,
                           rows_since
                    FROM (SELECT NULL::BOOLEAN AS dropped, NULL::VARCHAR AS made_by, NULL::VARCHAR AS kind, NULL::VARCHAR AS "sql",
                                 NULL::STRUCT(name VARCHAR, version BIGINT)[] AS sources,
                                 NULL::STRUCT("key" VARCHAR, digest VARCHAR, version BIGINT)[] AS requests,
                                 NULL::STRUCT(name VARCHAR, type VARCHAR)[][] AS schemas, NULL::BIGINT AS rows_since WHERE false
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
        },
        cancellationToken);

    public void Dispose()
    {
        if (_database.IsValueCreated)
        {
            _database.Value.Dispose();
        }
    }

    private static string Select(Manifest manifest)
    {
        var columns = JsonSerializer.Serialize(manifest.Columns, Json);
        var schemas = manifest.Objects.Select(o => o.Columns).OfType<IReadOnlyList<DatasetColumn>>().Distinct(SameColumns.Instance).ToList();
        var objects = JsonSerializer.Serialize(
            manifest.Objects.Select(o => new StoredFile(o.Key.Value, o.SizeBytes, o.RowCount, o.Sha256, IndexOf(schemas, o.Columns))), Json);
        var sources = JsonSerializer.Serialize(manifest.Definition?.Sources ?? [], Json);
        var requests = JsonSerializer.Serialize(manifest.Requests ?? [], Json);
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT '{manifest.DatasetId}' AS dataset_id, {DuckDbSql.Literal(manifest.Name.Value)} AS name, {manifest.Version}::BIGINT AS version,
                   {DuckDbSql.Literal(manifest.Fingerprint.Value)} AS schema_fingerprint,
                   from_json({DuckDbSql.Literal(columns)}, {ColumnsShape}) AS "columns",
                   from_json({DuckDbSql.Literal(objects)}, {ObjectsShape}) AS objects,
                   {manifest.RowCount}::BIGINT AS row_count,
                   make_timestamp({Micros(manifest.CreatedAt)}) AS created_at, make_timestamp({Micros(manifest.UpdatedAt)}) AS updated_at,
                   {manifest.IsDropped} AS dropped, {Text(manifest.MadeBy)} AS made_by,
                   {Text(manifest.Definition?.Kind.ToString().ToLowerInvariant())} AS kind, {Text(manifest.Definition?.Sql)} AS "sql",
                   from_json({DuckDbSql.Literal(sources)}, {SourcesShape}) AS sources,
                   from_json({DuckDbSql.Literal(requests)}, {RequestsShape}) AS requests,
                   from_json({DuckDbSql.Literal(JsonSerializer.Serialize(schemas, Json))}, {SchemasShape}) AS schemas,
                   {(manifest.RowsSince is { } since ? $"{since}" : "NULL")}::BIGINT AS rows_since
            """);
    }

    private static int? IndexOf(List<IReadOnlyList<DatasetColumn>> schemas, IReadOnlyList<DatasetColumn>? columns) =>
        columns is null ? null : schemas.FindIndex(s => s.SequenceEqual(columns));

    private static string Text(string? text) => (text is null ? "NULL" : DuckDbSql.Literal(text)) + "::VARCHAR";

    private static Manifest Read(DuckDbChunk row)
    {
        var name = DatasetName.TryParse(Text(1), out var parsed, out var reason) ? parsed : throw new FormatException(reason);
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
            row.GetVector(16).IsNull(0) ? null : Number(16));

        string Text(int column) => Encoding.UTF8.GetString(Required(column).GetBytes(0));
        string? OptionalText(int column) => row.GetVector(column).IsNull(0) ? null : Text(column);
        long Number(int column) => Required(column).Get<long>(0);
        DateTimeOffset Time(int column) => DateTimeOffset.UnixEpoch.AddMicroseconds(Number(column));
        DuckDbVector Required(int column) =>
            row.GetVector(column) is var vector && !vector.IsNull(0) ? vector : throw new FormatException($"column {column + 1} is NULL");
    }

    private static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private sealed record StoredFile(string? Key, long Size, long? RowCount, string? Sha256, int? Schema = null);

    private sealed class SameColumns : IEqualityComparer<IReadOnlyList<DatasetColumn>>
    {
        public static readonly SameColumns Instance = new();

        public bool Equals(IReadOnlyList<DatasetColumn>? left, IReadOnlyList<DatasetColumn>? right) =>
            ReferenceEquals(left, right) || (left is not null && right is not null && left.SequenceEqual(right));

        public int GetHashCode(IReadOnlyList<DatasetColumn> columns) => columns.Aggregate(columns.Count, HashCode.Combine);
    }
}
