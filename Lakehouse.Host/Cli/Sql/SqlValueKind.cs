namespace Lakehouse.Host.Cli.Sql;

/// <summary>The kind of a value in an answer, which decides how it is shown.</summary>
internal enum SqlValueKind
{
    /// <summary>NULL.</summary>
    Null,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number, true or false, or something nested: JSON.</summary>
    Json,
}
