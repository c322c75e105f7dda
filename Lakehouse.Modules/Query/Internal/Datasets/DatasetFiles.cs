using System.Buffers;
using System.Text.RegularExpressions;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>A dataset as an engine sees it.</summary>
/// <param name="Name">Its name as it was registered.</param>
/// <param name="Version">Its version.</param>
/// <param name="Columns">Its columns; empty when it was registered without them.</param>
/// <param name="Files">Its data files; null where the engine has a view of it already, or needs none.</param>
/// <param name="Table">
/// For a version that this statement alone reads: the name of its table in the statement. Null: the newest version, which all statements share.
/// </param>
/// <param name="ResidentBytes">The size of its data files, where the engine should keep its rows in memory; otherwise 0.</param>
/// <param name="View">For a view: its query. It has no data files then, and is made for each statement that reads it.</param>
/// <param name="FileColumn">The name of one more column, with the path of each row's file; null for none.</param>
/// <param name="Guard">What the caller sees of it; null for all of it.</param>
internal sealed partial record DatasetFiles(
    string Name, long Version, IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<FileGroup>? Files, string? Table = null,
    long ResidentBytes = 0,
    string? View = null,
    string? FileColumn = null,
    GuardText? Guard = null)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether the columns of a dataset are known, and the names of their types are safe to write into a statement as they are.</summary>
    public static bool IsPlain(IReadOnlyList<DatasetColumn> columns) => columns.Count > 0 && columns.All(c => IsPlain(c.Type));

    /// <summary>
    /// Whether the name of a type is safe to write into a statement as it is: it is made of words, numbers, quoted names and texts, commas and brackets, and no
    /// bracket closes one that it has not opened.
    /// </summary>
    public static bool IsPlain(string type) =>
        (type.Length > 0 && !type.AsSpan().ContainsAnyExcept(Letters)) || (PlainType().IsMatch(type) && IsBalanced(type));

    private static bool IsBalanced(string type)
    {
        var depth = 0;
        foreach (var character in Quoted().Replace(type, string.Empty))
        {
            depth += character is '(' or '[' ? 1 : character is ')' or ']' ? -1 : 0;
            if (depth < 0)
            {
                return false;
            }
        }

        return depth == 0;
    }

    [GeneratedRegex(
        """\A[A-Za-z]([A-Za-z0-9_ ,()\[\]]|"([^"]|"")*"|'([^']|'')*')*\z""",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainType();

    [GeneratedRegex(@"""([^""]|"""")*""|'([^']|'')*'", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
