using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Iceberg.Internal.Parquet;
using Lakehouse.Iceberg.Internal.Tables;
using Lakehouse.Storage;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>Reads and writes the objects of published tables.</summary>
internal sealed class TableFiles(IObjectStore store, IcebergOptions options)
{
    private const int FooterGuess = 64 * 1024;
    private const long HintBytesMax = 1024;

    /// <summary>The address of a key.</summary>
    public string AddressOf(ObjectKey key) => store.AddressOf(key);

    /// <summary>The key of an address; null for one that is not of this bucket.</summary>
    public ObjectKey? KeyOf(string address)
    {
        var start = BucketAddress();
        return address.StartsWith(start, StringComparison.Ordinal) && ObjectKey.TryParse(address[start.Length..], out var key, out _) ? key : null;
    }

    /// <summary>The address of the folder that has a table's data files and its metadata.</summary>
    public string LocationOf(DatasetName name) => BucketAddress() + TableKeys.Root(name);

    /// <summary>The number of a table's newest metadata; 0 where there is none.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="known">A number that was the newest one; 0 for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<long> FindNewestAsync(DatasetName name, long known, CancellationToken cancellationToken)
    {
        var newest = known > 0 ? known : await ReadHintAsync(name, cancellationToken);
        if (newest == 0)
        {
            return (await ListAsync(name, cancellationToken)).Select(o => TableKeys.NumberOf(name, o.Key) ?? 0).DefaultIfEmpty(0).Max();
        }

        // The hint is written after the metadata, and a crash can come between.
        while (await store.FindAsync(TableKeys.Metadata(name, newest + 1), cancellationToken) is not null)
        {
            newest++;
        }

        return newest;
    }

    public Task<TableMetadata> ReadMetadataAsync(DatasetName name, long number, CancellationToken cancellationToken) =>
        ReadMetadataAsync(TableKeys.Metadata(name, number), cancellationToken);

    public async Task<TableMetadata> ReadMetadataAsync(ObjectKey key, CancellationToken cancellationToken) =>
        Parse(key, await ReadAsync(key, cancellationToken), bytes => TableMetadata.Parse(bytes.Span));

    public async Task<IReadOnlyList<ManifestFile>> ReadListAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var key = RequireKey(snapshot.ManifestList);
        return Parse(key, await ReadAsync(key, cancellationToken), bytes => ManifestAvro.ReadList(bytes, options.MaxManifestBytes));
    }

    public async Task<IReadOnlyList<ManifestEntry>> ReadManifestAsync(ManifestFile manifest, CancellationToken cancellationToken)
    {
        var key = RequireKey(manifest.Path);
        return Parse(key, await ReadAsync(key, cancellationToken), bytes => ManifestAvro.ReadManifest(bytes, manifest, options.MaxManifestBytes));
    }

    /// <summary>Writes an Avro file. Returns its address. One that is there already is written again, so that no collection takes it for an old one.</summary>
    public async Task<string> WriteAvroAsync(DatasetName name, string kind, byte[] content, CancellationToken cancellationToken)
    {
        var key = TableKeys.Avro(name, kind, Convert.ToHexStringLower(SHA256.HashData(content)));
        if (await store.PutIfAbsentAsync(key, content, cancellationToken) is null)
        {
            using var again = new MemoryStream(content);
            await store.PutAsync(key, again, content.Length, cancellationToken);
        }

        return store.AddressOf(key);
    }

    /// <summary>Makes metadata the newest. False when another process was faster.</summary>
    public async Task<bool> TryCommitAsync(DatasetName name, long number, TableMetadata metadata, CancellationToken cancellationToken)
    {
        if (await store.PutIfAbsentAsync(TableKeys.Metadata(name, number), metadata.ToBytes(), cancellationToken) is null)
        {
            return false;
        }

        await WriteHintAsync(name, number, cancellationToken);
        return true;
    }

    /// <summary>Writes the hint where a crash has left it behind the metadata.</summary>
    public async Task RepairHintAsync(DatasetName name, long number, CancellationToken cancellationToken)
    {
        if (await ReadHintAsync(name, cancellationToken) != number)
        {
            await WriteHintAsync(name, number, cancellationToken);
        }
    }

    /// <summary>Reads what a data file says of itself.</summary>
    /// <exception cref="LakehouseException"><c>table_damaged</c> (<see cref="ErrorKind.Damaged"/>): it is not there, or is no Parquet file.</exception>
    public async Task<ParquetFooter> ReadFooterAsync(DataFile file, CancellationToken cancellationToken)
    {
        var content = await store.OpenAsync(file.Key, cancellationToken) ?? throw IcebergErrors.Damaged(file.Key.Value, "it is not there");
        await using var stream = content.Stream;
        try
        {
            var size = content.Info.SizeBytes;
            var end = await ReadEndAsync(stream, size, (int)Math.Min(size, FooterGuess), cancellationToken);
            var footer = ParquetFooter.SizeOf(end.AsSpan(Math.Max(0, end.Length - ParquetFooter.TailSize)));
            if (footer > size - ParquetFooter.TailSize || footer > options.MaxFooterBytes)
            {
                throw new InvalidDataException("its footer is larger than is read (iceberg.max_footer_bytes)");
            }

            if (footer + ParquetFooter.TailSize > end.Length)
            {
                end = await ReadEndAsync(stream, size, footer + ParquetFooter.TailSize, cancellationToken);
            }

            return ParquetFooter.Read(end.AsSpan(end.Length - ParquetFooter.TailSize - footer, footer));
        }
        catch (InvalidDataException error)
        {
            throw IcebergErrors.Damaged(file.Key.Value, error.Message, error);
        }
    }

    /// <summary>All objects of a table but its data files.</summary>
    public async Task<IReadOnlyList<ObjectInfo>> ListAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var found = new List<ObjectInfo>();
        await foreach (var page in store.ListPagesAsync(TableKeys.Folder(name), cancellationToken: cancellationToken))
        {
            found.AddRange(page);
        }

        return found;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    private async Task WriteHintAsync(DatasetName name, long number, CancellationToken cancellationToken)
    {
        using var hint = new MemoryStream(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
        await store.PutAsync(TableKeys.Hint(name), hint, HintBytesMax, cancellationToken);
    }

    private static async Task<byte[]> ReadEndAsync(Stream stream, long size, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        stream.Seek(size - count, SeekOrigin.Begin);
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static T Parse<T>(ObjectKey key, ReadOnlyMemory<byte> content, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return parse(content);
        }
        catch (InvalidDataException error)
        {
            throw IcebergErrors.Damaged(key.Value, error.Message, error);
        }
    }

    private string BucketAddress()
    {
        const string probe = "x.parquet"; // a key with an extension, which is a file's name in every store
        return store.AddressOf(ObjectKey.Parse(probe))[..^probe.Length];
    }

    private ObjectKey RequireKey(string address) => KeyOf(address) ?? throw IcebergErrors.Damaged(address, "it is not in this bucket");

    private async Task<long> ReadHintAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var key = TableKeys.Hint(name);
        return await store.FindAsync(key, cancellationToken) is { SizeBytes: < HintBytesMax }
            && long.TryParse(Encoding.ASCII.GetString((await ReadAsync(key, cancellationToken)).Span), CultureInfo.InvariantCulture, out var number)
            && number > 0
            && await store.FindAsync(TableKeys.Metadata(name, number), cancellationToken) is not null
            ? number
            : 0;
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var content = await store.OpenAsync(key, cancellationToken) ?? throw IcebergErrors.Damaged(key.Value, "it is not there");
        await using var stream = content.Stream;
        if (content.Info.SizeBytes > options.MaxManifestBytes)
        {
            throw IcebergErrors.Damaged(key.Value, "it is larger than is read (iceberg.max_manifest_bytes)");
        }

        var bytes = new byte[content.Info.SizeBytes];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
