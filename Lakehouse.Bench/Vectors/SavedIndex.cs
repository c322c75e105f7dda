using Lakehouse.Core.Configuration;
using Lakehouse.Storage;
using Lakehouse.Vector;
using Lakehouse.Vector.Internal;
using Lakehouse.Vector.Internal.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Bench.Vectors;

/// <summary>Writes an index of this process into a data folder, from which a server loads it at its start.</summary>
internal static class SavedIndex
{
    public static async Task WriteAsync(BenchedIndex benched, string dataDirectory)
    {
        var storage = StorageOptions.Read(
            new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("storage:data_dir", (string?)dataDirectory)]).Build()));
        await using var services = new ServiceCollection()
            .AddLogging().AddSingleton(TimeProvider.System).AddStorage(storage).AddVector(BenchedIndex.Options).BuildServiceProvider();
        var store = services.GetRequiredService<IndexStore>();
        var spec = benched.Index.Spec;
        var definition = IndexDefinition.From(spec, TimeProvider.System.GetUtcNow());
        await store.Files.CreateAsync(spec.Name, definition, CancellationToken.None);
        var open = new DurableIndex(definition, spec, benched.Index, null, store, Environment.ProcessorCount); // the bench disposes of the index
        open.Order.MoveTo(new LogPosition(1, 0), 0);
        await open.CompactAsync(CancellationToken.None);
    }
}
