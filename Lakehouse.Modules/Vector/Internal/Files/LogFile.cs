using Lakehouse.Core.Names;
using Lakehouse.Storage;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>A snapshot, or an object of the log.</summary>
/// <param name="Key">Its key.</param>
/// <param name="IsSnapshot">Which of the two.</param>
/// <param name="Sequence">Its number, or that of the last change in the snapshot.</param>
internal readonly record struct LogFile(ObjectKey Key, bool IsSnapshot, long Sequence)
{
    /// <summary>Those among the objects of an index.</summary>
    public static List<LogFile> Of(IndexName name, IEnumerable<ObjectInfo> objects)
    {
        var files = new List<LogFile>();
        foreach (var found in objects)
        {
            if (VectorKeys.TryParse(found.Key, name, out var isSnapshot, out var sequence))
            {
                files.Add(new LogFile(found.Key, isSnapshot.Value, sequence));
            }
        }

        return files;
    }
}
