using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Memory;

/// <summary>
/// Makes playbooks of memories: tasks that mean nearly the same, with the steps that those that succeeded have in common. The playbooks of a space are the
/// dataset <c>playbooks_{space}</c>. Thread-safe.
/// </summary>
public interface IPlaybooks
{
    /// <summary>
    /// Makes the playbooks of the newest memories. The same memories give the same playbooks, whether they are made at once or each time that some were added.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>space_not_found</c> (<see cref="ErrorKind.NotFound"/>), <c>invalid_distill</c> (<see cref="ErrorKind.InvalidInput"/>), <c>index_behind</c>
    /// (<see cref="ErrorKind.Busy"/>): the index has not taken in the newest memories yet. Errors of commits. Nothing has changed then.
    /// </exception>
    Task<DistillAnswer> DistillAsync(SpaceName space, DistillRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Proves by a query that each playbook stands in its sources: that they exist, that each belongs to one, and that each step is one of theirs.
    /// </summary>
    /// <exception cref="LakehouseException"><c>space_not_found</c> (<see cref="ErrorKind.NotFound"/>): there are no playbooks.</exception>
    Task<PlaybookCheck> CheckAsync(SpaceName space, CancellationToken cancellationToken);

    /// <summary>
    /// The memories that succeeded as conversations for fine-tuning, as the caller sees the dataset of the memories: what is masked for it is masked here. All
    /// memories of a playbook are in the same split.
    /// </summary>
    /// <param name="space">The space.</param>
    /// <param name="request">Which.</param>
    /// <param name="write">Called with each line.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">As of a query of <c>memory_{space}</c> and <c>playbooks_{space}</c> by the caller.</exception>
    Task ExportAsync(SpaceName space, ExportRequest request, Func<JsonElement, Task> write, CancellationToken cancellationToken);
}
