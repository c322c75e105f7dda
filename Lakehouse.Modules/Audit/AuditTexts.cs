namespace Lakehouse.Audit;

/// <summary>What the audit keeps of the text of a statement.</summary>
public enum AuditTexts
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>Its SHA-256, by which equal texts can be counted.</summary>
    Hash,

    /// <summary>Nothing.</summary>
    Off,
}
