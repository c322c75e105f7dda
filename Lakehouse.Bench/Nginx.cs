using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lakehouse.Bench;

/// <summary>An nginx process that serves a folder with sendfile.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    public const string Path = "/usr/sbin/nginx";

    private readonly Process _process;

    private Nginx(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<Nginx> StartAsync(string root)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var configuration = System.IO.Path.Combine(root, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off;
            user root;
            worker_processes 2;
            pid {{root}}/pid;
            error_log {{root}}/error.log;
            events { }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                client_body_temp_path {{root}};
                proxy_temp_path {{root}};
                fastcgi_temp_path {{root}};
                uwsgi_temp_path {{root}};
                scgi_temp_path {{root}};
                server { listen 127.0.0.1:{{port}}; root {{root}}; }
            }
            """);
        var nginx = new Nginx(Process.Start(Path, ["-c", configuration]), port);
        for (var attempt = 0; ; attempt++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return nginx;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The master process ends its workers when it is asked to stop, but not when it is killed.
        using (var quit = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await quit.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
