namespace Lakehouse.Core.Configuration;

/// <summary>The configuration cannot be used, so the program does not start. Each error names the table, the key, the value and what is allowed.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>Creates the exception for one or more errors.</summary>
    public SettingsException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>The errors, one sentence each.</summary>
    public IReadOnlyList<string> Errors { get; }
}
