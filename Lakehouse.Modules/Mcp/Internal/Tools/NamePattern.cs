namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>A text that names contain, in which <c>*</c> stands for any characters.</summary>
internal static class NamePattern
{
    /// <summary>Whether a name contains the parts of a pattern, in their order, in any letter case.</summary>
    public static bool Matches(string pattern, string name)
    {
        var from = 0;
        foreach (var part in pattern.Split('*', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = name.IndexOf(part, from, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            from = at + part.Length;
        }

        return true;
    }
}
