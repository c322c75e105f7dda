namespace Lakehouse.Core.Access;

/// <summary>What a caller can use up.</summary>
public enum BudgetKind
{
    /// <summary>Requests, by the minute.</summary>
    Requests,

    /// <summary>Milliseconds of the engine, by the hour.</summary>
    EngineTime,

    /// <summary>Rows of answers, by the day.</summary>
    Rows,

    /// <summary>Bytes of answers to queries, by the day.</summary>
    Bytes,

    /// <summary>Texts that are embedded, by the day.</summary>
    EmbeddedTexts,
}
