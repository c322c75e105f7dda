using System.Runtime.CompilerServices;
using Lakehouse.Core.Access;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary><c>lakehouse.journal</c>: what operators should know.</summary>
internal sealed class JournalTable(IJournalReader journal) : ISystemTable
{
    public string Name => "journal";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("time", "TIMESTAMP"), new("code", "VARCHAR"), new("subject", "VARCHAR"), new("message", "VARCHAR"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Caller.Current.Require(AccessAction.Admin);
        foreach (var entry in await journal.ReadAsync(DateTime.UnixEpoch, int.MaxValue - 1, cancellationToken))
        {
            yield return [new DateTimeOffset(DateTime.SpecifyKind(entry.Time, DateTimeKind.Utc)), entry.Code, entry.Subject, entry.Message];
        }
    }
}
