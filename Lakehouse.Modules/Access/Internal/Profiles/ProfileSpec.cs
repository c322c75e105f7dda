using Lakehouse.Core.Access;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>A profile as it was written, read and checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">The JSON that it was read from.</param>
/// <param name="Actions">What it may do.</param>
/// <param name="Datasets">The datasets that exist for it.</param>
/// <param name="Views">The views.</param>
/// <param name="Indexes">The indexes and aliases.</param>
/// <param name="Spaces">The spaces of memories.</param>
/// <param name="Keys">The objects, each as its bucket, a slash and its key.</param>
/// <param name="Attributes">What <c>profile('name')</c> stands for in its guards.</param>
/// <param name="Guards">What it sees of datasets, by name or pattern.</param>
/// <param name="Limits">How much of each budget it may use; no entry for no bound.</param>
/// <param name="RowsMax">As <see cref="Caller.RowsMax"/>.</param>
/// <param name="BytesMax">As <see cref="Caller.BytesMax"/>.</param>
/// <param name="RunningMax">As <see cref="Caller.RunningMax"/>.</param>
/// <param name="Users">The users of a proxy whose profile it is.</param>
internal sealed record ProfileSpec(
    string Name,
    string Text,
    IReadOnlySet<AccessAction> Actions,
    Globs Datasets,
    Globs Views,
    Globs Indexes,
    Globs Spaces,
    Globs Keys,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<GuardSpec> Guards,
    IReadOnlyDictionary<BudgetKind, long> Limits,
    long? RowsMax,
    long? BytesMax,
    int? RunningMax,
    IReadOnlyList<string> Users);
