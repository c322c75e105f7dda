using System.Diagnostics;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The clients of other makers that Lakehouse.Tests/clients pins, run by Node.js.</summary>
public static class NpmClients
{
    private static readonly string Folder = Repository.File("Lakehouse.Tests", "clients");

    /// <summary>Why they cannot be used; null where they can. The first call installs them.</summary>
    public static string? Missing { get; } = Install();

    /// <summary>Starts a script of the folder.</summary>
    public static Process Start(string script) => StartProgram("node", script);

    private static string? Install()
    {
        try
        {
            using (var node = StartProgram("node", "--version"))
            {
                node.WaitForExit();
            }

            // What npm writes last.
            var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
            var wanted = new FileInfo(Path.Combine(Folder, "package-lock.json"));
            if (installed.Exists && installed.LastWriteTimeUtc > wanted.LastWriteTimeUtc)
            {
                return null;
            }

            using var npm = StartProgram("npm", "ci", "--loglevel=error");
            var error = npm.StandardError.ReadToEndAsync();
            npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            return npm.ExitCode == 0 ? null : $"npm ci in Lakehouse.Tests/clients ended with {npm.ExitCode}: {error.Result}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node.js and npm, which run the clients of Lakehouse.Tests/clients, are not installed.";
        }
    }

    private static Process StartProgram(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
