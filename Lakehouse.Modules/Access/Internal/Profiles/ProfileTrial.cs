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
    /// <summary>Tries every expression on every dataset that a guard is for, and the whole of what is shown of it.</summary>
    /// <exception cref="LakehouseException"><c>invalid_profile</c> (<see cref="ErrorKind.InvalidInput"/>), with DuckDB's message.</exception>
    public async Task RequireAsync(ProfileCaller caller, CancellationToken cancellationToken)
    {
        foreach (var guard in caller.Spec.Guards)
        {
            foreach (var dataset in catalog.List().Where(d => Globs.Match(guard.Pattern, d.Name.Value, ignoresCase: true)))
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
        catch (LakehouseException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.Forbidden)
        {
            throw AccessErrors.Invalid($"its guard of '{dataset.Name}' does not fit the dataset: {error.Message.TrimEnd('.')}", error);
        }
    }
}
