namespace Lakehouse.Core.Configuration;

/// <summary>The configuration cannot be used. Each error names table, key, value and the allowed range; the program does not start.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>Creates the error for one or more errors.</summary>
    public SettingsException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>A sentence each.</summary>
    public IReadOnlyList<string> Errors { get; }
}
