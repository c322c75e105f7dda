namespace Lakehouse.Host.Cli.Sql;

/// <summary>Writes an answer, value by value.</summary>
internal interface ISqlAnswerWriter : IAsyncDisposable
{
    /// <summary>Called once, first.</summary>
    void Begin(IReadOnlyList<string> columns);

    /// <summary>The next value of a row.</summary>
    /// <param name="value">A text without quotes and escapes, or the JSON of any other value. UTF-8, valid until the call returns.</param>
    /// <param name="kind">The kind of the value.</param>
    void Add(ReadOnlySpan<byte> value, SqlValueKind kind);

    /// <summary>Ends a row.</summary>
    void EndRow();
}
