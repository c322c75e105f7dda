namespace Lakehouse.Core.Configuration;

/// <summary>The configuration cannot be used. Each fault names table, key, value and the allowed range; the program does not start.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>Creates the error for one or more faults.</summary>
    public SettingsException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>One sentence a fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
