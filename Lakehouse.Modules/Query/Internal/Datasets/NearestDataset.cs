using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.Query.Internal.Gate;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>Adds the dataset or view that a statement probably means to the error about one that there is not. An engine does not know the others.</summary>
internal static class NearestDataset
{
    /// <summary>Returns the error with the name that is nearest to the unknown one; any other error as it is.</summary>
    public static Exception In(Exception error, ICatalog catalog)
    {
        if (error is not LakehouseException { Code: GateErrors.UnknownDatasetCode } unknown
            || unknown.Details?.GetValueOrDefault("dataset")?.ToString() is not { } name
            || NearestName.Find(name, Caller.Current.SeeAll(catalog).Select(d => d.Name.Value)) is not { } nearest)
        {
            return error;
        }

        return new LakehouseException(unknown.Kind, unknown.Code, $"{unknown.Message} The nearest is '{nearest}'.", unknown.InnerException)
        {
            Details = new Dictionary<string, object?>(unknown.Details) { ["nearest"] = nearest },
        };
    }
}
