using Lakehouse.Core.Access;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Datasets;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>A statement to be run.</summary>
/// <param name="Sql">Its text, not judged yet.</param>
/// <param name="MaxSqlBytes">The longest text.</param>
/// <param name="Rows">The most rows.</param>
/// <param name="Format">The format of its answer; null: chunks for other modules (<see cref="ChunkForm"/>).</param>
/// <param name="NumbersAsText">See <see cref="QueryRequest.NumbersAsText"/>.</param>
/// <param name="Parameters">See <see cref="QueryRequest.Parameters"/>.</param>
internal sealed record StatementRequest(
    string Sql, int MaxSqlBytes, RowBound Rows, AnswerFormat? Format, bool NumbersAsText = false, string? Parameters = null)
{
    /// <summary>No pins.</summary>
    public static readonly IReadOnlyDictionary<string, DatasetVersion> NoPins = new Dictionary<string, DatasetVersion>();

    /// <summary>What its rows are for.</summary>
    public StatementPurpose Purpose { get; init; }

    /// <summary>The versions that the client pins, by dataset in any letter case. The engine's process does not need them.</summary>
    public IReadOnlyDictionary<string, DatasetVersion> Pins { get; init; } = NoPins;

    /// <summary>Data files that it reads as tables, by their names. The engine's process does not need them.</summary>
    public IReadOnlyDictionary<string, AttachedTable> Attached { get; init; } = AttachedTable.None;

    /// <summary>On whose behalf it runs. The engine's process knows what was found for that one, and nobody.</summary>
    public Caller Caller { get; init; } = Caller.Current;

    /// <summary><see cref="Core.Access.Caller.Tag"/>: plans are kept for each apart.</summary>
    public string Scope { get; init; } = Caller.Current.Tag;

    /// <summary>The field ids of stored rows that other engines have chosen (<see cref="Catalog.TableTraits"/>); null for none.</summary>
    public IReadOnlyDictionary<string, int>? FieldIds { get; init; }

    /// <summary>What the text read when it ran before, all in the newest versions, in the order of its tables; null where that is not known.</summary>
    public IReadOnlyList<DatasetRead>? Expected { get; init; }
}
