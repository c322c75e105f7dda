using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Access;

/// <summary>
/// On whose behalf something is done, and what that one may do. It flows with the request, through everything that is awaited and every task that is begun; a
/// module that hands work to a thread of its own passes it on. This class itself may do everything. Thread-safe.
/// </summary>
public class Caller
{
    private static readonly AsyncLocal<Caller?> Flowing = new();
    private static readonly AsyncLocal<LakeOptions?> Reader = new();

    /// <summary>Creates a caller who may do everything.</summary>
    /// <param name="name">Its name.</param>
    protected Caller(string name) => Name = name;

    /// <summary>The program itself: what runs in the background.</summary>
    public static Caller Program { get; } = new("program");

    /// <summary>Whoever has the token of the server, or needs none.</summary>
    public static Caller Administrator { get; } = new("administrator");

    /// <summary>On whose behalf the running code works.</summary>
    public static Caller Current => Flowing.Value ?? Program;

    /// <summary>Its name: of its profile, or of one of the callers above.</summary>
    public string Name { get; }

    /// <summary>
    /// Names what it may see: two callers with the same tag see the same of everything. Empty for those who see everything. What is kept for one tag is never
    /// shown to another.
    /// </summary>
    public virtual string Tag => string.Empty;

    /// <summary>Whether it may do everything.</summary>
    public virtual bool IsAdministrator => true;

    /// <summary>The most rows of an answer; null for no bound of its own.</summary>
    public virtual long? RowsMax => null;

    /// <summary>The most bytes of an answer to a query; null for no bound of its own.</summary>
    public virtual long? BytesMax => null;

    /// <summary>The most queries that run at once; null for no bound of its own.</summary>
    public virtual int? RunningMax => null;

    /// <summary>Makes a caller the one on whose behalf the rest of the request works.</summary>
    public static void Enter(Caller caller) => Flowing.Value = caller;

    /// <summary>As <see cref="Enter(Caller)"/>, in a process that changes nothing: whoever the caller is, it may not either.</summary>
    public static void Enter(Caller caller, LakeOptions reader)
    {
        Flowing.Value = caller;
        Reader.Value = reader;
    }

    /// <summary>Does something on behalf of a caller, whoever the running code works for.</summary>
    public static async Task<T> RunAsync<T>(Caller caller, Func<Task<T>> work)
    {
        Flowing.Value = caller; // for this method and what it calls
        return await work();
    }

    /// <summary>Whether it may do something.</summary>
    public bool May(AccessAction action) => !(Changes(action) && Reader.Value is not null) && Allows(action);

    /// <summary>Whether something exists for it.</summary>
    public virtual bool Sees(ResourceKind kind, string name) => true;

    /// <summary>What it sees of a dataset; null for all of it.</summary>
    public virtual DatasetGuard? GuardOf(string dataset) => null;

    /// <summary>Refuses what would use more of a budget than there is left.</summary>
    /// <param name="kind">The budget.</param>
    /// <param name="amount">How much of it will be used at least.</param>
    /// <exception cref="LakehouseException"><c>budget_spent</c> (<see cref="ErrorKind.BudgetSpent"/>).</exception>
    public virtual void RequireBudget(BudgetKind kind, long amount = 1)
    {
    }

    /// <summary>Counts what was used of a budget.</summary>
    public virtual void Spend(BudgetKind kind, long amount)
    {
    }

    /// <summary>Refuses what it may not do.</summary>
    /// <exception cref="LakehouseException">
    /// <c>not_allowed</c> (<see cref="ErrorKind.Forbidden"/>); <c>reader_only</c> (<see cref="ErrorKind.Forbidden"/>): nobody may in this process.
    /// </exception>
    public void Require(AccessAction action)
    {
        if (Changes(action) && Reader.Value is { } reader)
        {
            throw reader.ReaderOnly();
        }

        if (!Allows(action))
        {
            throw new LakehouseException(
                ErrorKind.Forbidden, "not_allowed",
                $"The profile '{Name}' has not the action {action.ToString().ToLowerInvariant()}. GET /v1/whoami shows what it may do.");
        }
    }

    /// <summary>Whether its profile has an action.</summary>
    protected virtual bool Allows(AccessAction action) => true;

    private static bool Changes(AccessAction action) => action is AccessAction.Write or AccessAction.Ingest;

    /// <summary>Refuses the use of something that does not exist for it, whether it exists or not.</summary>
    /// <exception cref="LakehouseException"><c>not_allowed</c> (<see cref="ErrorKind.Forbidden"/>).</exception>
    public void RequireSeen(ResourceKind kind, string name)
    {
        if (!Sees(kind, name))
        {
            throw NotSeen(kind, name);
        }
    }

    /// <summary>The error for what does not exist for the caller.</summary>
    public LakehouseException NotSeen(ResourceKind kind, string name) => new(
        ErrorKind.Forbidden, "not_allowed",
        $"The profile '{Name}' may not use the {kind.ToString().ToLowerInvariant()} '{name}'. GET /v1/whoami shows what it may use.");

    /// <summary>Refuses what would tell of columns or rows of a dataset that it does not see, or change them.</summary>
    /// <exception cref="LakehouseException"><c>not_allowed</c>, <c>dataset_guarded</c> (<see cref="ErrorKind.Forbidden"/>).</exception>
    public void RequireWhole(string dataset)
    {
        RequireSeen(ResourceKind.Dataset, dataset);
        if (GuardOf(dataset) is not null)
        {
            throw Guarded(dataset, "That needs all of it. What it sees can be read by SQL and by /v1/search.");
        }
    }

    /// <summary>The error for what needs more of a dataset than the caller sees.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="why">A sentence: what needs it, or what can be done instead.</param>
    public LakehouseException Guarded(string dataset, string why) =>
        new(ErrorKind.Forbidden, "dataset_guarded", $"The profile '{Name}' sees a part of the dataset '{dataset}'. {why}");
}
