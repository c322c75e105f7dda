using Lakehouse.Core.Errors;

namespace Lakehouse.Memory;

/// <summary>
/// What worked: tasks with the steps that were taken and the outcome, in spaces. A space is a dataset, which SQL reads, and an index that follows it. Callers
/// use the spaces that exist for them, and nothing else. Thread-safe.
/// </summary>
/// <remarks>
/// Every call throws <c>not_allowed</c> (<see cref="ErrorKind.Forbidden"/>) where the caller may not do that, or the space does not exist for it.
/// </remarks>
public interface IMemories
{
    /// <summary>The spaces that exist for the caller, by name.</summary>
    IReadOnlyList<SpaceInfo> List();

    /// <summary>A space.</summary>
    /// <exception cref="LakehouseException"><c>space_not_found</c> (<see cref="ErrorKind.NotFound"/>): nothing was remembered there.</exception>
    SpaceInfo Show(SpaceName space);

    /// <summary>Adds memories, all or none. When this returns, they are durable.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_memory</c> (<see cref="ErrorKind.InvalidInput"/>): the first that breaks a rule, by its position. <c>space_full</c>, <c>space_taken</c>
    /// (<see cref="ErrorKind.Conflict"/>): a bound is reached; the dataset of that name is another one. Errors of commits.
    /// </exception>
    Task<RememberAnswer> RememberAsync(SpaceName space, IReadOnlyList<NewMemory> memories, CancellationToken cancellationToken);

    /// <summary>Finds the memories that fit best. Empty where nothing was remembered.</summary>
    /// <exception cref="LakehouseException"><c>invalid_recall</c> (<see cref="ErrorKind.InvalidInput"/>), and as of a search.</exception>
    Task<RecallAnswer> RecallAsync(SpaceName space, RecallRequest request, CancellationToken cancellationToken);

    /// <summary>Tells how well something went, later.</summary>
    /// <param name="space">The space.</param>
    /// <param name="id">The memory.</param>
    /// <param name="outcome">0 to 1; takes the place of the one before.</param>
    /// <param name="note">Why; null keeps the note that there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new version of the dataset.</returns>
    /// <exception cref="LakehouseException"><c>memory_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Task<long> FeedbackAsync(SpaceName space, string id, double outcome, string? note, CancellationToken cancellationToken);

    /// <summary>Removes memories.</summary>
    /// <returns>How many there were.</returns>
    Task<long> ForgetAsync(SpaceName space, IReadOnlyList<string> ids, CancellationToken cancellationToken);
}
