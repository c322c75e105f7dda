using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Reads and writes profiles: objects of the primary bucket, which all servers of a lake share, and files of a folder.</summary>
internal sealed partial class ProfileFiles(IObjectStore store, AccessOptions options, IJournal journal, ILogger<ProfileFiles> logger)
{
    private const string Prefix = "_access/profiles/";
    private const string Extension = ".json";
    private const int KeyBytes = 32;

    private static readonly ObjectKey MaskKey = ObjectKey.Parse("_access/mask-key");
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // What was read last, by object or file: what has not changed is not read again, and what can no longer be read stays in force as it was.
    private readonly Dictionary<string, (string Mark, StoredProfile Profile)> _known = new(StringComparer.Ordinal);

    /// <summary>
    /// Reads all profiles by name, and whether each is a file. One that cannot be read stays as it was; where it was never read, it is left out.
    /// </summary>
    public async Task<SortedDictionary<string, (StoredProfile Profile, bool IsFile)>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, (StoredProfile, bool)>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in store.ListPagesAsync(Prefix, cancellationToken: cancellationToken))
        {
            foreach (var listed in page.Where(o => o.Key.Value.EndsWith(Extension, StringComparison.Ordinal)))
            {
                var source = listed.Key.Value;
                if (await TryReadAsync(source, $"{listed.ETag}", () => ReadObjectAsync(listed.Key, cancellationToken)) is { } profile)
                {
                    found[source[Prefix.Length..^Extension.Length]] = (profile, false);
                }

                seen.Add(source);
            }
        }

        foreach (var path in options.Folder.Length > 0 ? Directory.EnumerateFiles(options.Folder, "*" + Extension) : [])
        {
            var file = new FileInfo(path);
            if (await TryReadAsync(path, $"{file.LastWriteTimeUtc.Ticks} {file.Length}", () => ReadFileAsync(path, cancellationToken)) is { } profile)
            {
                found[Path.GetFileNameWithoutExtension(path)] = (profile, true);
            }

            seen.Add(path);
        }

        foreach (var gone in _known.Keys.Where(k => !seen.Contains(k)).ToList())
        {
            _known.Remove(gone);
        }

        return found;
    }

    /// <summary>Writes a profile, whole or not at all.</summary>
    public Task WriteAsync(string name, StoredProfile profile, CancellationToken cancellationToken) =>
        store.PutAsync(KeyOf(name), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(profile, Json)), long.MaxValue, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(KeyOf(name), cancellationToken);

    /// <summary>The key of hashes in masks: made once, and the same for all servers of a lake.</summary>
    public async Task<string> GetMaskKeyAsync(CancellationToken cancellationToken)
    {
        if (await store.FindAsync(MaskKey, cancellationToken) is null)
        {
            var key = RandomNumberGenerator.GetHexString(KeyBytes * 2, lowercase: true);
            await store.PutIfAbsentAsync(MaskKey, Encoding.ASCII.GetBytes(key), cancellationToken);
        }

        using var reader = new StreamReader((await store.OpenAsync(MaskKey, cancellationToken))!.Stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static ObjectKey KeyOf(string name) => ObjectKey.Parse(Prefix + name + Extension);

    private async Task<StoredProfile?> TryReadAsync(string source, string mark, Func<Task<StoredProfile?>> read)
    {
        var known = _known.TryGetValue(source, out var entry) ? entry.Profile : null;
        if (known is not null && entry.Mark == mark)
        {
            return known;
        }

        try
        {
            if (await read() is not { } profile)
            {
                return null; // deleted meanwhile
            }

            _known[source] = (mark, profile);
            return profile;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(error, Path.GetFileName(source));
            journal.Record(
                "profile_unreadable",
                Path.GetFileName(source),
                known is null ? "The profile cannot be read, and nobody has it." : "The profile cannot be read, and stays as it was.");
            return known;
        }
    }

    private async Task<StoredProfile?> ReadObjectAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(key, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        return await JsonSerializer.DeserializeAsync<StoredProfile>(stream, Json, cancellationToken);
    }

    /// <summary>A file is a profile as it is put, with a member <c>tokens</c> more.</summary>
    private static async Task<StoredProfile?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var json = JsonElement.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
        if (json.ValueKind is not JsonValueKind.Object)
        {
            throw new JsonException("it is no object");
        }

        var tokens = json.TryGetProperty("tokens", out var list) ? list.Deserialize<List<TokenRecord>>(Json) ?? [] : [];
        var profile = JsonSerializer.SerializeToElement(json.EnumerateObject().Where(m => m.Name != "tokens").ToDictionary(m => m.Name, m => m.Value));
        return new StoredProfile(profile, tokens, new DateTimeOffset(File.GetLastWriteTimeUtc(path)));
    }

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "The profile {File} cannot be read; if it was in force, it stays as it was")]
    private partial void LogUnreadable(Exception error, string file);
}
