using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Iceberg.Internal;

/// <summary>Errors of published tables.</summary>
internal static class IcebergErrors
{
    public static LakehouseException NotPublishable(DatasetName name, string reason) =>
        new(ErrorKind.Conflict, "not_publishable", $"The dataset '{name}' cannot be an Iceberg table: {reason.TrimEnd('.')}.");

    public static LakehouseException PublishesAll() => new(
        ErrorKind.Conflict, "publishes_all", "The configuration publishes every dataset (catalog.publish), so a single one cannot be left out.");

    public static LakehouseException Damaged(string key, string reason, Exception? cause = null) =>
        new(ErrorKind.Damaged, "table_damaged", $"The object {key} of an Iceberg table cannot be read: {reason.TrimEnd('.')}.", cause);
}
