namespace Lakehouse.Host.Cli.Sql;

/// <summary>Shows an answer value by value.</summary>
internal interface ISqlAnswerWriter : IAsyncDisposable
{
    /// <summary>Called once, first.</summary>
    void Begin(IReadOnlyList<string> columns);

    /// <summary>The next value of a row.</summary>
    /// <param name="value">A text without quotes and escapes, or the JSON of anything else; UTF-8, good until the call ends.</param>
    /// <param name="kind">What it is.</param>
    void Add(ReadOnlySpan<byte> value, SqlValueKind kind);

    /// <summary>Ends a row.</summary>
    void EndRow();
}
