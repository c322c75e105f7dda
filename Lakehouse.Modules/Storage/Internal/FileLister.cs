using Lakehouse.Core.Names;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Walks a bucket's folder in the order of the keys. A folder sorts as its name and a slash, so that <c>a.x</c> comes before <c>a/b</c> as in S3. Folders that
/// cannot hold a key with the prefix after <c>startAfter</c> are not opened.
/// </summary>
internal sealed class FileLister(string root, string prefix, string startAfter)
{
    /// <summary>The objects with their files, as these were when their folder was read.</summary>
    public IEnumerable<(string Key, FileInfo File)> Enumerate() => FindStart() is var (folder, above) ? Enumerate(folder, above) : [];

    /// <summary>
    /// The folder in which all keys with the prefix are, so that the folders beside it are not read: a bucket has as many manifests' folders as datasets. Null
    /// where it is reached by a symbolic link.
    /// </summary>
    private (string Folder, string Above)? FindStart()
    {
        var above = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (above.Split('/').SkipLast(1).Contains(string.Empty))
        {
            return (root, string.Empty); // no key has an empty segment
        }

        var folder = root;
        var names = above.Length == 0 ? [] : KeyPath.Encode(above + "x").Split('/').SkipLast(1);
        foreach (var name in names)
        {
            folder = Path.Combine(folder, name);
            if (new FileInfo(folder).LinkTarget is not null)
            {
                return null;
            }
        }

        return (folder, above);
    }

    private IEnumerable<(string Key, FileInfo File)> Enumerate(string folder, string above)
    {
        var entries = new List<(string Key, FileSystemInfo Found)>();
        Collect(folder, above, entries);
        entries.Sort((a, b) => Utf8Order.Compare(a.Key, b.Key));
        foreach (var (key, found) in entries)
        {
            if (found is FileInfo file)
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal) && Utf8Order.Compare(key, startAfter) > 0)
                {
                    yield return (key, file);
                }

                continue;
            }

            if (!CanHold(key))
            {
                continue;
            }

            foreach (var below in Enumerate(found.FullName, key))
            {
                yield return below;
            }
        }
    }

    /// <summary>Reads one folder. A segment that is cut into parts is read to its end, because its order depends on the whole segment.</summary>
    private static void Collect(string folder, string above, List<(string Key, FileSystemInfo Found)> entries)
    {
        FileSystemInfo[] children;
        try
        {
            children = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return; // emptied and removed since its parent was read
        }

        foreach (var child in children)
        {
            if (child.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                continue; // a symbolic link
            }

            var (kind, text) = KeyPath.Decode(child.Name, isFolder: child is DirectoryInfo);
            switch (kind)
            {
                case KeyPathKind.Object:
                    entries.Add((above + text, child));
                    break;
                case KeyPathKind.Folder:
                    entries.Add((above + text + "/", child));
                    break;
                case KeyPathKind.Part:
                    Collect(child.FullName, above + text, entries);
                    break;
            }
        }
    }

    private bool CanHold(string folderKey)
    {
        var common = Math.Min(folderKey.Length, prefix.Length);
        if (!folderKey.AsSpan(0, common).SequenceEqual(prefix.AsSpan(0, common)))
        {
            return false;
        }

        // Every key in the folder starts with folderKey. If startAfter starts with it, too, some keys may sort after startAfter; otherwise all of them sort as
        // the folder does.
        return startAfter.StartsWith(folderKey, StringComparison.Ordinal) || Utf8Order.Compare(folderKey, startAfter) > 0;
    }
}
