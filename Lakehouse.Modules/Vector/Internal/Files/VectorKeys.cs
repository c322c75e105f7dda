using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Lakehouse.Core.Names;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>The object keys of the module; see docs/vectors.md.</summary>
internal static class VectorKeys
{
    /// <summary>The prefix of all keys of the module.</summary>
    public const string Root = "_vectors/";

    /// <summary>The prefix of the aliases. No index can have this name.</summary>
    public const string AliasRoot = Root + "_alias/";

    /// <summary>The prefix of the signs of life of the processes that write indexes. No index can have this name.</summary>
    public const string NodeRoot = Root + "_nodes/";

    public const string DefinitionFile = "index.json";
    public const string TombstoneFile = "deleted";

    private const string ClaimFolder = "writer";
    private const string LogFolder = "log";
    private const string SnapshotFolder = "snapshot";
    private const int Digits = 20; // so that keys sort in the order of the numbers

    public static string Folder(IndexName name) => $"{Root}{name}/";

    /// <summary>The definition of an index. The index exists while its definition exists and its tombstone does not.</summary>
    public static ObjectKey Definition(IndexName name) => ObjectKey.Parse(Folder(name) + DefinitionFile);

    /// <summary>Written first when an index is deleted, and deleted last.</summary>
    public static ObjectKey Tombstone(IndexName name) => ObjectKey.Parse(Folder(name) + TombstoneFile);

    /// <summary>The owner's record, which is replaced as a whole.</summary>
    public static ObjectKey Owner(IndexName name) => ObjectKey.Parse(Folder(name) + "origin.json");

    public static ObjectKey Alias(IndexName alias) => ObjectKey.Parse($"{AliasRoot}{alias}.json");

    public static ObjectKey Log(IndexName name, long sequence) => ObjectKey.Parse(Folder(name) + LogFolder + "/" + Number(sequence));

    public static ObjectKey Snapshot(IndexName name, long sequence) => ObjectKey.Parse(Folder(name) + SnapshotFolder + "/" + Number(sequence));

    /// <summary>The prefix of the claims of writers. The claim that sorts last counts.</summary>
    public static string Claims(IndexName name) => Folder(name) + ClaimFolder + "/";

    /// <summary>The claim with which an epoch begins.</summary>
    public static ObjectKey Claim(IndexName name, long epoch) => ObjectKey.Parse(Claims(name) + Number(epoch));

    /// <summary>Reads the epoch of a claim; 0 for other objects. In the names of older programs the id of a process follows the number.</summary>
    public static long EpochOf(ObjectKey claim, IndexName name) =>
        claim.Value[Claims(name).Length..].Split('-') is [{ Length: Digits } digits, ..]
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The sign of life of a process that writes indexes.</summary>
    public static ObjectKey Node(Guid node) => ObjectKey.Parse($"{NodeRoot}{node:N}");

    /// <summary>Reads the sequence number of a log object or, with <paramref name="isSnapshot"/>, of a snapshot.</summary>
    public static bool TryParse(ObjectKey key, IndexName name, [NotNullWhen(true)] out bool? isSnapshot, out long sequence)
    {
        (isSnapshot, sequence) = (null, 0);
        var parts = key.Value[Folder(name).Length..].Split('/');
        if (parts.Length != 2 || parts[1].Length != Digits || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out sequence))
        {
            return false;
        }

        isSnapshot = parts[0] switch
        {
            LogFolder => false,
            SnapshotFolder => true,
            _ => null,
        };
        return isSnapshot is not null;
    }

    private static string Number(long sequence) => sequence.ToString("D" + Digits, CultureInfo.InvariantCulture);
}
