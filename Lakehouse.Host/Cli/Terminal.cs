using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary>The only access to the console. Code outside the commands uses the log instead.</summary>
#pragma warning disable RS0030 // The commands may use the console here.
internal static class Terminal
{
    private const int StandardOutput = 1;

    public static TextWriter Error => Console.Error;

    public static TextReader Input => Console.In;

    public static TextWriter Output => Console.Out;

    public static bool IsOutputPiped => Console.IsOutputRedirected;

    public static int Width => AnsiConsole.Profile.Width;

    /// <summary>Opens the standard input for bytes.</summary>
    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>
    /// Opens the standard output for bytes. The stream of <see cref="Console"/> ignores that the reader of a pipe has closed it, so a long answer would be
    /// written to the end for nobody.
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
