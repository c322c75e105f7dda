using Lakehouse.Access;
using Lakehouse.Audit;
using Lakehouse.Catalog;
using Lakehouse.Core.Configuration;
using Lakehouse.Embed;
using Lakehouse.Host.Server.Edge;
using Lakehouse.Iceberg;
using Lakehouse.Ingest;
using Lakehouse.Mcp;
using Lakehouse.Memory;
using Lakehouse.Query;
using Lakehouse.Search;
using Lakehouse.Storage;
using Lakehouse.Telemetry;
using Lakehouse.Vector;

namespace Lakehouse.Host.Server;

/// <summary>Every setting of the program, read and checked.</summary>
public sealed record LakehouseSettings(
    ServerOptions Server,
    AuthOptions Auth,
    StorageOptions Storage,
    CatalogOptions Catalog,
    IngestOptions Ingest,
    QueryOptions Query,
    VectorOptions Vector,
    EmbedOptions Embed,
    SearchOptions Search,
    MemoryOptions Memory,
    McpOptions Mcp,
    AccessOptions Access,
    AuditOptions Audit,
    IcebergOptions Iceberg,
    TelemetryOptions Telemetry)
{
    /// <summary>Reads all tables.</summary>
    /// <exception cref="SettingsException">A key is unknown, a value is refused, or the bind address is not allowed. Holds all errors.</exception>
    public static LakehouseSettings Read(IConfiguration configuration, string? allowNonLoopback) =>
        Read(new SettingsReader(configuration), allowNonLoopback);

    /// <summary>As <see cref="Read(IConfiguration, string?)"/>, with a reader that afterwards lists all settings.</summary>
    public static LakehouseSettings Read(SettingsReader reader, string? allowNonLoopback)
    {
        var settings = new LakehouseSettings(
            ServerOptions.Read(reader),
            AuthOptions.Read(reader),
            StorageOptions.Read(reader),
            CatalogOptions.Read(reader),
            IngestOptions.Read(reader),
            QueryOptions.Read(reader),
            VectorOptions.Read(reader),
            EmbedOptions.Read(reader),
            SearchOptions.Read(reader),
            MemoryOptions.Read(reader),
            McpOptions.Read(reader),
            AccessOptions.Read(reader),
            AuditOptions.Read(reader),
            IcebergOptions.Read(reader),
            TelemetryOptions.Read(reader));
        settings = settings with { Access = settings.Access with { HasAdministratorToken = settings.Auth.Token.Length > 0 } };
        reader.Text("secrets", "file", string.Empty, "the path of a TOML file that only its owner may read"); // SettingsSource has already read the file
        settings = settings with { Audit = settings.Audit with { IsEnabled = settings.Audit.IsEnabled && !settings.Storage.Lake.IsReader } };
        if (BindGate.FindError(settings.Server.Bind, allowNonLoopback, settings.Auth.Token.Length > 0) is { } error)
        {
            reader.AddError(error);
        }

        reader.Complete();
        return settings;
    }
}
