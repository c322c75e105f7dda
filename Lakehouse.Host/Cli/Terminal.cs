namespace Lakehouse.Host.Cli;

/// <summary>The console, named in one place: everything outside the commands logs instead.</summary>
#pragma warning disable RS0030 // This is the place.
internal static class Terminal
{
    public static TextWriter Error => Console.Error;

    public static TextWriter Output => Console.Out;

    public static bool IsOutputPiped => Console.IsOutputRedirected;

    public static Stream OpenOutput() => Console.OpenStandardOutput();
}
#pragma warning restore RS0030
