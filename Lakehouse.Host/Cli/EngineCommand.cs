using Lakehouse.Query;

namespace Lakehouse.Host.Cli;

/// <summary><c>engine</c>: the server starts this program with it as the engine process for SQL. Not for people, so the help does not list it.</summary>
internal static class EngineCommand
{
    private const string Verb = "engine";

    /// <summary>
    /// How the server starts an engine process: with this program or, when the server runs inside another program, as in tests, with the library beside it.
    /// </summary>
    public static EngineProgram Program { get; } = Find();

    /// <summary>Runs the engine process if the arguments ask for it. False when they do not; true only when the engine process could not run.</summary>
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
            throw new CommandException("Only the server starts 'engine'.");
        }

        return true;
    }

    private static EngineProgram Find()
    {
        // A single-file program has no libraries beside it and is its own host.
        var library = Path.Combine(AppContext.BaseDirectory, "lakehouse.dll");
        return File.Exists(library)
            ? new EngineProgram(DotNetHost(), [library, Verb])
            : new EngineProgram(Environment.ProcessPath!, [Verb]);
    }

    /// <summary>The <c>dotnet</c> that runs this process, or the one in the folder of the runtime.</summary>
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
