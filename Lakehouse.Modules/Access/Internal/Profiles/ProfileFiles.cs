using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>
/// Reads and writes profiles: objects of the primary bucket, which all servers of a lake share, files of a folder, and those of the configuration. A stored
/// profile has versions, each put if absent, so that of two servers that change it at once one begins again with what the other has written. One caller at a
/// time.
/// </summary>
internal sealed partial class ProfileFiles(IObjectStore store, AccessOptions options, IJournal journal, ILogger<ProfileFiles> logger)
{
    private const string Prefix = "_access/profiles/";
    private const string Extension = ".json";
    private const int KeyBytes = 32;

    // Who has listed a version finds it for as long as two more are written.
    private const int VersionsKept = 2;

    private static readonly ObjectKey MaskKey = ObjectKey.Parse("_access/mask-key");

    // What was read last, by profile or file: what has not changed is not read again, and what can no longer be read stays in force as it was.
    private readonly Dictionary<string, (string Mark, StoredProfile Profile)> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredProfile> _configured =
        options.Profiles.ToDictionary(p => p.Key, p => StoredProfile.Read(p.Value, TimeProvider.System.GetUtcNow()), StringComparer.Ordinal);

    private Dictionary<string, long> _versions = new(StringComparer.Ordinal);

    /// <summary>
    /// Reads all profiles by name, and whether each is changed elsewhere: in a file or the configuration. One that cannot be read stays as it was; where it was
    /// never read, it is left out.
    /// </summary>
    public async Task<SortedDictionary<string, (StoredProfile Profile, bool IsConfigured)>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, (StoredProfile, bool)>(StringComparer.Ordinal);
        _versions = await ListAsync(cancellationToken);
        var seen = _versions.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var (name, version) in _versions)
        {
            if (await TryReadAsync(name, $"{version}", () => ReadObjectAsync(name, version, cancellationToken)) is { IsDeleted: false } profile)
            {
                found[name] = (profile, false);
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

        foreach (var (name, profile) in _configured)
        {
            found[name] = (profile, true);
        }

        foreach (var gone in _known.Keys.Where(k => !seen.Contains(k)).ToList())
        {
            _known.Remove(gone);
        }

        return found;
    }

    /// <summary>Writes the version of a profile that follows the one that was read last.</summary>
    /// <returns>False where another server has written it meanwhile; nothing has changed then.</returns>
    public async Task<bool> TryWriteAsync(string name, StoredProfile profile, CancellationToken cancellationToken)
    {
        var version = _versions.GetValueOrDefault(name) + 1;
        if (await store.PutIfAbsentAsync(KeyOf(name, version), JsonSerializer.SerializeToUtf8Bytes(profile, StoredProfile.Json), cancellationToken) is null)
        {
            return false;
        }

        if (version > VersionsKept)
        {
            await store.DeleteAsync(KeyOf(name, version - VersionsKept), CancellationToken.None);
        }

        return true;
    }

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

    private static ObjectKey KeyOf(string name, long version) =>
        ObjectKey.Parse(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{name}/{version:D10}{Extension}"));

    /// <summary>The newest version of each stored profile.</summary>
    private async Task<Dictionary<string, long>> ListAsync(CancellationToken cancellationToken)
    {
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var page in store.ListPagesAsync(Prefix, cancellationToken: cancellationToken))
        {
            foreach (var key in page.Select(o => o.Key.Value))
            {
                if (key[Prefix.Length..].Split('/') is [var name, var file] && file.EndsWith(Extension, StringComparison.Ordinal)
                    && long.TryParse(file[..^Extension.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                {
                    newest[name] = Math.Max(version, newest.GetValueOrDefault(name));
                }
            }
        }

        return newest;
    }

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
                return known; // newer ones were written meanwhile, and are read the next time
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

    private async Task<StoredProfile?> ReadObjectAsync(string name, long version, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(KeyOf(name, version), cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        return await JsonSerializer.DeserializeAsync<StoredProfile>(stream, StoredProfile.Json, cancellationToken);
    }

    private static async Task<StoredProfile?> ReadFileAsync(string path, CancellationToken cancellationToken) =>
        StoredProfile.Read(JsonElement.Parse(await File.ReadAllBytesAsync(path, cancellationToken)), new DateTimeOffset(File.GetLastWriteTimeUtc(path)));

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "The profile {File} cannot be read; if it was in force, it stays as it was")]
    private partial void LogUnreadable(Exception error, string file);
}
