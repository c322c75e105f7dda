using System.Diagnostics;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A disk of a few megabytes: a tmpfs, mounted for one test.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk(string size) => Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", _folder.Path);

    /// <summary>True when the tests are allowed to mount.</summary>
    public static bool IsPossible { get; } = Probe();

    public string Path => _folder.Path;

    /// <summary>Makes it read-only, or writable again.</summary>
    public void Remount(bool isReadOnly) => Run("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", _folder.Path);

    public void Dispose()
    {
        Run("umount", "--lazy", _folder.Path);
        _folder.Dispose();
    }

    private static bool Probe()
    {
        try
        {
            new SmallDisk("1m").Dispose();
            return true;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
        }
    }
}

/// <summary>A fact that needs a small disk, skipped where the tests may not mount one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.IsPossible)
        {
            Skip = "The tests may not mount a tmpfs here (that takes root on Linux).";
        }
    }
}
