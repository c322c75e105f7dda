using System.Text;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Maps keys to paths. In S3, <c>a</c> and <c>a/b</c> can both be objects, and a segment can have 1,024 bytes; a file system allows neither. So names of files
/// always differ from names of folders, and long segments are cut:
/// <list type="bullet">
/// <item>a character that some file system refuses or that has a meaning in glob patterns, and <c>%</c>, becomes <c>%XX</c>;</item>
/// <item>a file name without a dot gets the suffix <c>%o</c>, a folder name with a dot gets <c>%d</c>: <c>datasets/x/y.parquet</c> stays unchanged;</item>
/// <item>a segment over <see cref="PartSizeMax"/> bytes becomes a folder with the name of its first part and <c>%+</c>, which holds the rest.</item>
/// </list>
/// No encoded name holds <c>%</c> followed by another letter, so temporary files (<c>%t...</c>) can be in the same folders as objects.
/// </summary>
internal static class KeyPath
{
    /// <summary>The longest part in bytes: the usual limit of 255 for a name, less the suffix and some reserve.</summary>
    public const int PartSizeMax = 240;

    public const string ObjectSuffix = "%o";
    public const string FolderSuffix = "%d";
    public const string PartSuffix = "%+";
    public const string TemporaryPrefix = "%t";

    private const string Escaped = "%\\:*?\"<>|[]";

    /// <summary>The path of a key below the root, with <c>/</c> between the names.</summary>
    public static string Encode(string key)
    {
        var path = new StringBuilder(key.Length + 16);
        var segments = key.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (i > 0)
            {
                path.Append('/');
            }

            AppendSegment(path, segments[i], isObject: i == segments.Length - 1);
        }

        return path.ToString();
    }

    /// <summary>The meaning of a name in a folder, and its decoded text. <c>None</c> for temporary and foreign files.</summary>
    public static (KeyPathKind Kind, string Text) Decode(string name, bool isFolder)
    {
        var kind = isFolder ? KeyPathKind.Folder : KeyPathKind.Object;
        if (isFolder && name.EndsWith(PartSuffix, StringComparison.Ordinal))
        {
            (kind, name) = (KeyPathKind.Part, name[..^PartSuffix.Length]);
        }
        else if (name.EndsWith(isFolder ? FolderSuffix : ObjectSuffix, StringComparison.Ordinal))
        {
            name = name[..^ObjectSuffix.Length];
        }

        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '%')
            {
                text.Append(name[i]);
                continue;
            }

            if (i + 2 >= name.Length || !Uri.IsHexDigit(name[i + 1]) || !Uri.IsHexDigit(name[i + 2]))
            {
                return (KeyPathKind.None, string.Empty);
            }

            // What no key is written as is no key's file: it would be listed and not be found.
            var escaped = (char)Convert.ToInt32(name.Substring(i + 1, 2), 16);
            if (!Escaped.Contains(escaped, StringComparison.Ordinal) || char.IsAsciiLetterLower(name[i + 1]) || char.IsAsciiLetterLower(name[i + 2]))
            {
                return (KeyPathKind.None, string.Empty);
            }

            text.Append(escaped);
            i += 2;
        }

        return (kind, text.ToString());
    }

    private static void AppendSegment(StringBuilder path, string segment, bool isObject)
    {
        var partSize = 0;
        var hasDot = false;
        foreach (var rune in segment.EnumerateRunes())
        {
            var isEscaped = rune.IsAscii && Escaped.Contains((char)rune.Value, StringComparison.Ordinal);
            var size = isEscaped ? 3 : rune.Utf8SequenceLength;
            if (partSize + size > PartSizeMax)
            {
                path.Append(PartSuffix).Append('/');
                (partSize, hasDot) = (0, false);
            }

            partSize += size;
            hasDot |= rune.Value == '.';
            if (isEscaped)
            {
                path.Append('%').Append(rune.Value.ToString("X2"));
            }
            else
            {
                path.Append(rune.ToString());
            }
        }

        if (isObject != hasDot)
        {
            path.Append(isObject ? ObjectSuffix : FolderSuffix);
        }
    }
}
