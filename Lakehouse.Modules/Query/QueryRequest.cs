namespace Lakehouse.Query;

/// <summary>A statement of a client, and how it wants the answer.</summary>
/// <param name="Sql">The text.</param>
public sealed record QueryRequest(string Sql)
{
    /// <summary>The format of the answer.</summary>
    public AnswerFormat Format { get; init; }

    /// <summary>
    /// Whether JSON holds numbers that a double cannot hold as texts: all values of the types BIGINT, UBIGINT, HUGEINT, UHUGEINT, BIGNUM and DECIMAL.
    /// </summary>
    public bool NumbersAsText { get; init; }

    /// <summary>
    /// The values of its parameters: a JSON array for <c>?</c> and <c>$1</c>, or an object for <c>$name</c>. Null: none.
    /// </summary>
    public string? Parameters { get; init; }

    /// <summary>
    /// The versions that it reads of datasets, by their names in any letter case: a number or a time in ISO 8601. Other datasets are read in their newest
    /// version.
    /// </summary>
    public IReadOnlyDictionary<string, string>? At { get; init; }

    /// <summary>How long the engine may work on it; null: <see cref="QueryOptions.Timeout"/>, which it may not exceed.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The most rows of the answer; null: <see cref="QueryOptions.MaxRows"/>, which it may not exceed.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Its id, by which it can be found and cancelled, unique among those that run; null: a new one.</summary>
    public string? Id { get; init; }
}
