using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary>The console, named in one place: everything outside the commands logs instead.</summary>
#pragma warning disable RS0030 // This is the place.
internal static class Terminal
{
    private const int StandardOutput = 1;

    public static TextWriter Error => Console.Error;

    public static TextReader Input => Console.In;

    public static TextWriter Output => Console.Out;

    public static bool IsOutputPiped => Console.IsOutputRedirected;

    public static int Width => AnsiConsole.Profile.Width;

    /// <summary>
    /// The output for bytes. The console's own stream says nothing when whoever reads a pipe has gone, and a long answer would go on for nobody.
    /// </summary>
    public static Stream OpenOutput()
    {
        if (!OperatingSystem.IsWindows())
        {
            var output = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!output.CanSeek)
            {
                return output;
            }
        }

        return Console.OpenStandardOutput();
    }
}
#pragma warning restore RS0030
