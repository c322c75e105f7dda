using Lakehouse.Query;

namespace Lakehouse.Host.Cli;

/// <summary><c>engine</c>: what the server starts for SQL, in a process of its own. Not for people, and not in the help.</summary>
internal static class EngineCommand
{
    private const string Verb = "engine";

    /// <summary>How the server starts it: this very program. Where it runs inside another one, as in tests, the library beside it.</summary>
    public static EngineProgram Program { get; } = Find();

    /// <summary>Runs it, when the arguments ask for it; it returns only when it cannot.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Verb, ..])
        {
            return false;
        }

        try
        {
            QueryModule.RunEngine(args[1..]);
        }
        catch (FormatException)
        {
            throw new CommandException("'engine' is started by the server, and by nobody else.");
        }

        return true;
    }

    private static EngineProgram Find()
    {
        // A program in one file has no libraries beside it, and is its own host.
        var library = Path.Combine(AppContext.BaseDirectory, "lakehouse.dll");
        return File.Exists(library)
            ? new EngineProgram(DotNetHost(), [library, Verb])
            : new EngineProgram(Environment.ProcessPath!, [Verb]);
    }

    /// <summary>The <c>dotnet</c> that runs this process, or that of the runtime's own folder.</summary>
    private static string DotNetHost()
    {
        const string name = "dotnet";
        var own = Environment.ProcessPath;
        if (own is not null && Path.GetFileNameWithoutExtension(own) == name)
        {
            return own;
        }

        // .../dotnet/shared/Microsoft.NETCore.App/10.0.0/
        var root = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(root) ? root : name;
    }
}
