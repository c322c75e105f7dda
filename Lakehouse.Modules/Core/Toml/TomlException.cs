namespace Lakehouse.Core.Toml;

/// <summary>A text is not TOML 1.0.</summary>
public sealed class TomlException : Exception
{
    /// <summary>Creates the error for a position in the text.</summary>
    /// <param name="line">1-based.</param>
    /// <param name="column">1-based, in UTF-16 units.</param>
    /// <param name="reason">What is wrong there.</param>
    public TomlException(int line, int column, string reason)
        : base($"line {line}, column {column}: {reason}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>1-based.</summary>
    public int Line { get; }

    /// <summary>1-based, in UTF-16 units.</summary>
    public int Column { get; }
}
