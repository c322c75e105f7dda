using System.Security.Cryptography;
using System.Text;
using Lakehouse.Access.Internal.Budgets;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>A caller with a profile.</summary>
internal sealed class ProfileCaller : Caller
{
    private readonly ProfileSpec _spec;
    private readonly BudgetLedger _ledger;
    private readonly DataFileKeys _files;

    /// <summary>The one that says most comes first: names, then longer patterns.</summary>
    private readonly List<(string Pattern, DatasetGuard Guard)> _guards;

    public ProfileCaller(ProfileSpec spec, string key, BudgetLedger ledger, DataFileKeys files)
        : base(spec.Name)
    {
        (_spec, _ledger, _files) = (spec, ledger, files);
        _guards =
        [
            .. spec.Guards.OrderByDescending(g => g.IsExact).ThenByDescending(g => g.Pattern.Length)
                .Select(g => (g.Pattern, new DatasetGuard(g.Columns, g.Others, g.Rows, key)))
        ];
        IsAdministrator = spec.Actions.Contains(AccessAction.Admin);
        Tag = IsAdministrator ? string.Empty : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\0{spec.Text}")).AsSpan(0, 16));
    }

    /// <summary>Its profile.</summary>
    public ProfileSpec Spec => _spec;

    public override string Tag { get; }

    public override bool IsAdministrator { get; }

    public override long? RowsMax => _spec.RowsMax;

    public override long? BytesMax => _spec.BytesMax;

    public override int? RunningMax => _spec.RunningMax;

    protected override bool Allows(AccessAction action) => action is AccessAction.None || IsAdministrator || _spec.Actions.Contains(action);

    public override bool Sees(ResourceKind kind, string name) => IsAdministrator || kind switch
    {
        ResourceKind.Dataset => _spec.Datasets.Match(name) && !DatasetName.IsOfProgram(name),
        ResourceKind.View => _spec.Views.Match(name),
        ResourceKind.Index => _spec.Indexes.Match(name),
        ResourceKind.Space => _spec.Spaces.Match(name),
        ResourceKind.Key => _spec.Keys.Match(name) && _files.MayRead(this, name),
        _ => false,
    };

    public override DatasetGuard? GuardOf(string dataset)
    {
        foreach (var (pattern, guard) in _guards)
        {
            if (Globs.Match(pattern, dataset, ignoresCase: true))
            {
                return guard;
            }
        }

        return null;
    }

    public override void RequireBudget(BudgetKind kind, long amount = 1)
    {
        if (_spec.Limits.TryGetValue(kind, out var limit))
        {
            _ledger.Require(Name, kind, limit, amount);
        }
    }

    public override void Spend(BudgetKind kind, long amount) => _ledger.Add(Name, kind, amount);
}
