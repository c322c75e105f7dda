using Lakehouse.Core.Configuration;
using Lakehouse.Search.Internal;
using Lakehouse.Storage;
using Lakehouse.Vector;
using Lakehouse.Vector.Internal;
using Lakehouse.Vector.Internal.Logs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The vector module over a real store in a folder, without the server, so that a start and a stop take only a millisecond.</summary>
public sealed class VectorHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private VectorHost(ServiceProvider services) => _services = services;

    public IVectorIndexes Indexes => _services.GetRequiredService<IVectorIndexes>();

    /// <summary>The store, which can be made to fail.</summary>
    public FailingStore Store => _services.GetRequiredService<FailingStore>();

    private IndexRegistry Registry => _services.GetRequiredService<IndexRegistry>();

    /// <summary>Opens the indexes in the folder.</summary>
    public static Task<VectorHost> OpenAsync(string dataDirectory, params (string Key, string Value)[] settings) => OpenAsync(dataDirectory, o => o, settings);

    /// <summary>Opens the indexes in the folder, with options that cannot be configured.</summary>
    internal static async Task<VectorHost> OpenAsync(
        string dataDirectory, Func<VectorOptions, VectorOptions> adapt, params (string Key, string Value)[] settings)
    {
        var reader = new SettingsReader(
            new ConfigurationBuilder().AddInMemoryCollection(
                settings.Append((Key: "storage.data_dir", Value: dataDirectory)).Select(
                    s => KeyValuePair.Create(s.Key.Replace('.', ':'), (string?)s.Value))).Build());
        var storage = StorageOptions.Read(reader);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddStorage(storage).AddVector(adapt(VectorOptions.Read(reader)));
        services.AddSingleton<IOwnerRecordReader, OriginReader>().AddSingleton(
            provider => new FailingStore(provider.GetRequiredService<IBuckets>().Find(null))).AddSingleton<IObjectStore>(
                provider => provider.GetRequiredService<FailingStore>());
        var host = new VectorHost(services.BuildServiceProvider());
        await host._services.GetRequiredService<VectorIndexes>().LoadAsync(CancellationToken.None);
        return host;
    }

    /// <summary>Maintains the indexes once, as the server does every second.</summary>
    public Task MaintainAsync() => _services.GetServices<IHostedService>().OfType<IndexKeeper>().Single().MaintainAllAsync(CancellationToken.None);

    /// <summary>Frees the slots of deleted items now.</summary>
    public Task VacuumAsync(string name) => Registry.Indexes.First(i => i.Name.Value == name).VacuumAsync(CancellationToken.None);

    /// <summary>Writes a snapshot now, and removes what it replaces.</summary>
    public async Task CompactAsync(string name)
    {
        using var use = await Registry.UseAsync(IndexName.Parse(name), CancellationToken.None);
        await use.Index.CompactAsync(CancellationToken.None);
        await use.Index.RemoveCompactedAsync(CancellationToken.None);
    }

    /// <summary>Looks at what other processes have changed, as the server does again and again.</summary>
    public Task FollowAsync() => Registry.FollowAsync(CancellationToken.None);

    /// <summary>Stops as the server does: other processes may write at once.</summary>
    public async Task StopAsync()
    {
        await _services.GetRequiredService<WriterLease>().ReleaseAsync();
        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
