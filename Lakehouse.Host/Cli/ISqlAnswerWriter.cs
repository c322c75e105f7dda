using System.Text.Json;

namespace Lakehouse.Host.Cli;

/// <summary>Shows an answer row by row.</summary>
internal interface ISqlAnswerWriter : IAsyncDisposable
{
    /// <summary>Called once, first.</summary>
    void Begin(IReadOnlyList<string> columns);

    /// <summary>A row: a JSON array.</summary>
    void Add(JsonElement row);
}
