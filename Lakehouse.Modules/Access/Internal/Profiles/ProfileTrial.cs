using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Tries the guards of a profile on the datasets that there are, so that a mistake is known before anybody has the profile.</summary>
internal sealed class ProfileTrial(ICatalog catalog, IQueryEngine engine)
{
    /// <summary>What is probably misspelt: guards of what is no dataset, though that may come.</summary>
    public IReadOnlyList<string> FindDoubts(ProfileSpec spec)
    {
        var names = catalog.List().Select(d => d.Name.Value).ToList();
        return
        [
            .. spec.Guards.Where(g => !names.Exists(n => Globs.Match(g.Pattern, n, ignoresCase: true)))
                .Select(g => $"There is no dataset '{g.Pattern}' yet, which a guard is for{NearestName.Hint(g.Pattern, names)}.")
        ];
    }

    /// <summary>Tries every expression on every dataset that a guard is for, and the whole of what is shown of it.</summary>
    /// <exception cref="LakehouseException"><c>invalid_profile</c> (<see cref="ErrorKind.InvalidInput"/>), with DuckDB's message.</exception>
    public async Task RequireAsync(ProfileCaller caller, CancellationToken cancellationToken)
    {
        foreach (var guard in caller.Spec.Guards)
        {
            if (guard.IsExact && catalog.FindView(guard.Pattern) is not null)
            {
                throw AccessErrors.Invalid($"its guard of '{guard.Pattern}' is for a view; guards are for datasets, and hold in every view over them");
            }

            var matched = catalog.List().Where(d => Globs.Match(guard.Pattern, d.Name.Value, ignoresCase: true)).ToList();
            var known = matched.SelectMany(d => d.Columns).Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (!guard.IsExact && matched.Count > 0 && guard.Columns.Keys.FirstOrDefault(c => !known.Contains(c)) is { } nowhere)
            {
                throw AccessErrors.Invalid(
                    $"its guard of '{guard.Pattern}' names the column '{nowhere}', which none of these datasets has{NearestName.Hint(nowhere, known)}");
            }

            foreach (var dataset in matched)
            {
                var names = dataset.Columns.Select(c => c.Name).ToList();
                var strange = guard.Columns.Keys.FirstOrDefault(c => !names.Contains(c, StringComparer.OrdinalIgnoreCase));
                if (guard.IsExact && strange is not null)
                {
                    throw AccessErrors.Invalid(
                        $"its guard of '{dataset.Name}' names the column '{strange}', which the dataset has not{NearestName.Hint(strange, names)}");
                }

                var expressions = guard.Columns.Values.Where(m => m.Kind is MaskKind.Expression).Select(m => m.Argument).Append(guard.Rows);
                foreach (var expression in expressions.OfType<string>())
                {
                    await TryAsync(caller, dataset, $"SELECT TRY(\n{expression}\n) FROM {DuckDbSql.Identifier(dataset.Name.Value)} LIMIT 0", cancellationToken);
                }

                if (caller.Sees(ResourceKind.Dataset, dataset.Name.Value) && caller.GuardOf(dataset.Name.Value) is not null && dataset.Objects.Count > 0)
                {
                    var sql = $"FROM {DuckDbSql.Identifier(dataset.Name.Value)} LIMIT 0";
                    await Caller.RunAsync(caller, async () => await TryAsync(caller, dataset, sql, cancellationToken));
                }
            }
        }
    }

    private async Task<bool> TryAsync(Caller caller, Manifest dataset, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var rows = await engine.ReadAsync(sql, null, cancellationToken);
            return true;
        }
        catch (LakehouseException error) when (error.Code == "guard_failed")
        {
            throw AccessErrors.Invalid(
                $"its guard of '{dataset.Name}' does not fit the dataset: masks and row filters depend on the columns of their row alone, not on the time, on "
                + "chance, on other datasets or on indexes",
                error);
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.Forbidden)
        {
            throw AccessErrors.Invalid($"its guard of '{dataset.Name}' does not fit the dataset: {error.Message.TrimEnd('.')}", error);
        }
    }
}
