using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lakehouse.Tests.Fixtures;

/// <summary>An nginx process with a configuration of its own.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Executable = "/usr/sbin/nginx";

    private readonly Process _process;

    private Nginx(Process process, int port)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Why tests that need it are skipped; null when it is installed.</summary>
    public static string? Missing { get; } = File.Exists(Executable) ? null : $"There is no nginx at {Executable}; .ci/run installs it";

    public HttpClient Http { get; }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Receives its files.</param>
    /// <param name="configuration">Makes the text of nginx.conf of the port to listen on.</param>
    public static async Task<Nginx> StartAsync(string folder, Func<int, string> configuration)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var path = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(path, configuration(port));
        var nginx = new Nginx(Process.Start(Executable, ["-p", folder, "-c", path, "-g", "daemon off;"]), port);
        await Until.HoldsAsync(async () =>
        {
            nginx._process.HasExited.Should().BeFalse("it takes its configuration");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();

        // The master process ends its workers when it is asked to stop, but not when it is killed.
        if (!_process.HasExited)
        {
            using var quit = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await quit.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
