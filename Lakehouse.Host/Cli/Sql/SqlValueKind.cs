namespace Lakehouse.Host.Cli.Sql;

/// <summary>What a value of an answer is, as far as its display goes.</summary>
internal enum SqlValueKind
{
    /// <summary>NULL.</summary>
    Null,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number, true or false, or something nested: JSON.</summary>
    Json,
}
