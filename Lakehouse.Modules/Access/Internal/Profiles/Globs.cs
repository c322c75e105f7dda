using System.IO.Enumeration;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Patterns of names: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
internal sealed class Globs(IReadOnlyList<string> patterns, bool ignoresCase)
{
    public IReadOnlyList<string> Patterns => patterns;

    /// <summary>Whether one of them fits.</summary>
    public bool Match(string name)
    {
        foreach (var pattern in patterns)
        {
            if (Match(pattern, name, ignoresCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a pattern fits a name.</summary>
    public static bool Match(string pattern, string name, bool ignoresCase) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoresCase);
}
