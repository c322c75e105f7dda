using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>The aliases in the bucket: one object for each, which is replaced as a whole.</summary>
internal sealed partial class AliasFiles(IObjectStore store, ILogger<AliasFiles> logger)
{
    /// <summary>Points an alias at an index.</summary>
    public Task SetAsync(IndexName alias, IndexName target, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new AliasFile(target.Value), FileHeader.Json);
        return store.PutAsync(VectorKeys.Alias(alias), new MemoryStream(json), IndexFiles.SmallObjectMax, cancellationToken);
    }

    /// <summary>Deletes an alias.</summary>
    public Task DeleteAsync(IndexName alias, CancellationToken cancellationToken) => store.DeleteAsync(VectorKeys.Alias(alias), cancellationToken);

    /// <summary>Reads all aliases. An alias that cannot be read is logged as an error and left out.</summary>
    public async Task<Dictionary<string, IndexName>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var aliases = new Dictionary<string, IndexName>(StringComparer.Ordinal);
        foreach (var found in await store.ListAllAsync(VectorKeys.AliasRoot, cancellationToken))
        {
            try
            {
                var alias = IndexName.Parse(found.Key.Value[VectorKeys.AliasRoot.Length..].Replace(".json", string.Empty, StringComparison.Ordinal));
                var file = JsonSerializer.Deserialize<AliasFile>(
                    await store.ReadSmallAsync(found.Key, IndexFiles.SmallObjectMax, cancellationToken), FileHeader.Json);
                aliases[alias.Value] = IndexName.Parse(file?.Index);
            }
            catch (Exception error) when (error is JsonException or LakehouseException or InvalidDataException)
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
