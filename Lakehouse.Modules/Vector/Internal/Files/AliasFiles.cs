using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>The aliases in the bucket: one object for each, which is replaced as a whole.</summary>
internal sealed partial class AliasFiles(IObjectStore store, ILogger<AliasFiles> logger)
{
    /// <summary>Points an alias at an index.</summary>
    /// <returns>The ETag of its object.</returns>
    public async Task<string> SetAsync(IndexName alias, IndexName target, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new AliasFile(target.Value), FileHeader.Json);
        return (await store.PutAsync(VectorKeys.Alias(alias), new MemoryStream(json), IndexFiles.SmallObjectMax, cancellationToken)).ETag;
    }

    /// <summary>Deletes an alias.</summary>
    public Task DeleteAsync(IndexName alias, CancellationToken cancellationToken) => store.DeleteAsync(VectorKeys.Alias(alias), cancellationToken);

    /// <summary>The index that an alias points at; null where there is no such alias.</summary>
    public async Task<IndexName?> FindAsync(IndexName alias, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(VectorKeys.Alias(alias), cancellationToken) is not { } opened)
        {
            return null;
        }

        try
        {
            return IndexName.Parse(JsonSerializer.Deserialize<AliasFile>(
                await opened.ReadToEndAsync(IndexFiles.SmallObjectMax, cancellationToken), FileHeader.Json)?.Index);
        }
        catch (Exception error) when (error is JsonException or LakehouseException or InvalidDataException)
        {
            LogDamaged(error, VectorKeys.Alias(alias).Value);
            return null;
        }
    }

    /// <summary>Reads all aliases. An alias that cannot be read is logged as an error and left out.</summary>
    /// <param name="known">Those that were read before, with their ETags; they are read again only where these differ.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Dictionary<string, (IndexName Target, string ETag)>> ReadAllAsync(
        IReadOnlyDictionary<string, (IndexName Target, string ETag)> known, CancellationToken cancellationToken)
    {
        var aliases = new Dictionary<string, (IndexName, string)>(StringComparer.Ordinal);
        foreach (var found in await store.ListAllAsync(VectorKeys.AliasRoot, cancellationToken))
        {
            var text = found.Key.Value[VectorKeys.AliasRoot.Length..].Replace(".json", string.Empty, StringComparison.Ordinal);
            if (known.TryGetValue(text, out var same) && same.ETag == found.ETag)
            {
                aliases[text] = same;
                continue;
            }

            try
            {
                if (await FindAsync(IndexName.Parse(text), cancellationToken) is { } target)
                {
                    aliases[text] = (target, found.ETag);
                }
            }
            catch (LakehouseException error) when (error.Kind == ErrorKind.InvalidInput)
            {
                LogDamaged(error, found.Key.Value);
            }
        }

        return aliases;
    }

    [LoggerMessage(
        EventId = 6006, Level = LogLevel.Error, Message = "The object {Key} of an alias cannot be used; it is left as it is, and the alias does not exist")]
    private partial void LogDamaged(Exception error, string key);

    private sealed record AliasFile(string? Index);
}
