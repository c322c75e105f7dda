using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// The program in this process, started as those who embed or extend it start it. As it stands requests go to it in memory; after <c>UseKestrel</c> it listens
/// on a free port of 127.0.0.1.
/// </summary>
/// <param name="settings">Settings as the command line takes them: <c>table.key</c>.</param>
public sealed class LakehouseFactory(IReadOnlyDictionary<string, string> settings) : WebApplicationFactory<Program>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
