using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// The program in this process, started as those who embed or extend it start it. As it stands requests go to it in memory; after <c>UseKestrel</c> it listens
/// on a free port of 127.0.0.1.
/// </summary>
/// <param name="settings">Settings as the command line takes them: <c>table.key</c>.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class LakehouseFactory(IReadOnlyDictionary<string, string> settings, TimeProvider? time = null) : WebApplicationFactory<Program>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }

        if (time is not null)
        {
            builder.ConfigureTestServices(services => services.AddSingleton(time));
        }
    }
}
