using System.ComponentModel;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// Takes rights from a worker before it handles anything untrusted. Called in this order: <see cref="Begin"/> first of all; <see cref="RestrictFiles"/> on the
/// thread that will start all threads that do the work; <see cref="Complete"/> when everything is open. A step that the kernel does not support is skipped and
/// named in <see cref="Missing"/>.
/// </summary>
public sealed class Confinement
{
    private const int ParentDeathSignal = 1; // PR_SET_PDEATHSIG
    private const int Dumpable = 4; // PR_SET_DUMPABLE
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int CapabilityVersion = 0x2008_0522; // _LINUX_CAPABILITY_VERSION_3

    // Every Linux system has this file, and it holds no secrets.
    private const string ForeignFile = "/etc/passwd";

    private readonly List<string> _missing = [];

    /// <summary>The steps that failed, each with its reason; empty when none did.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>
    /// Makes this process end with the server, leave its terminal, write no core dumps, be the first that the kernel kills when memory is short, and gain no
    /// rights.
    /// </summary>
    /// <param name="server">The id of the server's process. If that has ended already, this process ends too.</param>
    public void Begin(int server)
    {
        // The signal is sent when the server's thread that started this process ends; that thread lives as long as the server.
        Do("parent death signal", () => Libc.prctl(ParentDeathSignal, Libc.Kill, 0, 0, 0));
        if (Libc.getppid() != server)
        {
            Libc.exit_now(1);
        }

        _ = Libc.setsid();
        DieOfFaults();
        Do("core dumps", ForbidCoreDumps);
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _missing.Add($"oom_score_adj ({error.Message})");
        }

        Do("no_new_privs", () => Libc.prctl(NoNewPrivileges, 1, 0, 0, 0));
    }

    /// <summary>Gives up all files except the given ones, and all capabilities, for this thread and the threads that it starts.</summary>
    /// <param name="readable">Files and folders to read, besides the program's own.</param>
    /// <param name="writable">Folders to write in.</param>
    public unsafe void RestrictFiles(IEnumerable<string> readable, IEnumerable<string> writable)
    {
        if (Landlock.Version == 0)
        {
            _missing.Add("Landlock (the kernel has none)");
        }
        else
        {
            Try("Landlock", () => Landlock.Restrict(readable.Concat(ProgramFiles()), writable));
        }

        var head = new CapabilityHead { Version = CapabilityVersion };
        var sets = stackalloc uint[6];
        new Span<uint>(sets, 6).Clear();
        var call = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 91 : 126;
        var (headAddress, setsAddress) = ((nint)(&head), (nint)sets);
        Do("capabilities", () => (int)Libc.syscall(call, headAddress, setsAddress, 0, 0));
    }

    /// <summary>
    /// Gives up the system calls that the work does not need, for all threads, and keeps other processes of the same user from tracing this one.
    /// </summary>
    public void Complete()
    {
        Do("dumpable", () => Libc.prctl(Dumpable, 0, 0, 0, 0));
        if (Seccomp.IsSupported)
        {
            Try("seccomp", Seccomp.Restrict);
        }
        else
        {
            _missing.Add("seccomp (no list of calls for this processor)");
        }

        Verify();
    }

    /// <summary>Tries to use what was given up. What the kernel still allows is named in <see cref="Missing"/>.</summary>
    private unsafe void Verify()
    {
        var file = Libc.open(ForeignFile, Libc.CloseOnExec);
        if (file >= 0)
        {
            _ = Libc.close(file);
            _missing.Add("files (one that is not allowed can be opened)");
        }

        var pair = stackalloc int[2];
        if (Libc.socketpair(Libc.UnixSockets, Libc.StreamSocket | Libc.CloseOnExec, 0, pair) == 0)
        {
            _ = Libc.close(pair[0]);
            _ = Libc.close(pair[1]);
            _missing.Add("system calls (a socket can be made)");
        }
    }

    /// <summary>
    /// The files that the runtime needs: it loads libraries when they are first used. Of the program's own folder only libraries, because settings are kept
    /// there too.
    /// </summary>
    private static IEnumerable<string> ProgramFiles()
    {
        var assemblies = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
        return assemblies
            .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.so"))
            .Append(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory())
            .Append(Environment.ProcessPath ?? string.Empty)
            .Append("/dev/urandom")
            .Where(p => p.Length > 0);
    }

    /// <summary>
    /// Makes a fault of native code, such as a stack overflow, end the process at once. The runtime's own handlers would first collect a report: in a thread
    /// that holds the allocator's lock they would wait for that lock forever, and so would every other thread. The price: a null reference in managed code ends
    /// the process too.
    /// </summary>
    private static void DieOfFaults()
    {
        foreach (var signal in (int[])[Libc.IllegalInstruction, Libc.Abort, Libc.BusError, Libc.SegmentationFault])
        {
            _ = Libc.signal(signal, 0);
        }
    }

    private static unsafe int ForbidCoreDumps()
    {
        var none = default(Libc.ResourceLimit);
        return Libc.setrlimit(Libc.CoreSize, &none);
    }

    private void Do(string what, Func<int> call) => Try(what, () =>
    {
        if (call() != 0)
        {
            throw Libc.Error(what);
        }
    });

    private void Try(string what, Action step)
    {
        try
        {
            step();
        }
        catch (Win32Exception error)
        {
            _missing.Add($"{what} ({error.Message})");
        }
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct CapabilityHead
    {
        public uint Version;
        public int Process;
    }
}
