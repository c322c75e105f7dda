using Lakehouse.Core.Names;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Walks a bucket's folder in the order of the keys. A folder sorts as its name and a slash, which puts <c>a.x</c> before <c>a/b</c> as S3
/// does; folders that cannot hold a key of the prefix, or only keys up to <c>startAfter</c>, are not opened.
/// </summary>
internal sealed class FileLister(string root, string prefix, string startAfter)
{
    public IEnumerable<(string Key, string Path)> Enumerate() => Enumerate(root, string.Empty);

    private IEnumerable<(string Key, string Path)> Enumerate(string folder, string above)
    {
        var entries = new List<(string Key, string Path, bool IsFolder)>();
        Collect(folder, above, entries);
        entries.Sort((a, b) => Utf8Order.Compare(a.Key, b.Key));
        foreach (var (key, path, isFolder) in entries)
        {
            if (!isFolder)
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal) && Utf8Order.Compare(key, startAfter) > 0)
                {
                    yield return (key, path);
                }

                continue;
            }

            if (!CanHold(key))
            {
                continue;
            }

            foreach (var below in Enumerate(path, key))
            {
                yield return below;
            }
        }
    }

    /// <summary>Reads one folder; a segment that is cut in parts is read through to its end, for its place in the order depends on all of it.</summary>
    private static void Collect(string folder, string above, List<(string Key, string Path, bool IsFolder)> entries)
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
            if (child.LinkTarget is not null)
            {
                continue;
            }

            var (kind, text) = KeyPath.Decode(child.Name, isFolder: child is DirectoryInfo);
            switch (kind)
            {
                case KeyPathKind.Object:
                    entries.Add((above + text, child.FullName, false));
                    break;
                case KeyPathKind.Folder:
                    entries.Add((above + text + "/", child.FullName, true));
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

        // Every key below sorts after the folder; all of them are past when startAfter sorts after the last of them.
        return startAfter.StartsWith(folderKey, StringComparison.Ordinal) || Utf8Order.Compare(folderKey, startAfter) > 0;
    }
}
