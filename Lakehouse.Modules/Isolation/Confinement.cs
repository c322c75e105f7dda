using System.ComponentModel;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// What a worker gives up before it meets anything that is not trusted. In this order: <see cref="Begin"/> first of all; <see cref="RestrictFiles"/> on the
/// thread that will start all threads which do the work;
/// <see cref="Complete"/> when everything is open. Each step that the kernel does not have is left out and named in <see cref="Missing"/>.
/// </summary>
public sealed class Confinement
{
    private const int ParentDeathSignal = 1; // PR_SET_PDEATHSIG
    private const int Dumpable = 4; // PR_SET_DUMPABLE
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int CapabilityVersion = 0x2008_0522; // _LINUX_CAPABILITY_VERSION_3

    // It is on every Linux, and holds nothing that would matter here.
    private const string ForeignFile = "/etc/passwd";

    private readonly List<string> _missing = [];

    /// <summary>What the kernel did not do, each with its reason; empty where all was done.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>
    /// Ends with the server; leaves its terminal; writes no core; is the first that the kernel ends when memory is short; can gain no rights.
    /// </summary>
    /// <param name="server">The server's process: where it has ended already, so does this one.</param>
    public void Begin(int server)
    {
        // The signal comes when the thread of the server that started this process ends, which is one that lives as long as the server.
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

    /// <summary>Gives up all files but some, and rights of an administrator, for this thread and the threads that it starts.</summary>
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
    /// Gives up the system calls that the work does not need, for all threads, and cannot be looked into by other processes of the same user.
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

    /// <summary>What was given up is asked for: a kernel that says yes is named, whatever it said before.</summary>
    private unsafe void Verify()
    {
        var file = Libc.open(ForeignFile, Libc.CloseOnExec);
        if (file >= 0)
        {
            _ = Libc.close(file);
            _missing.Add("files (a foreign one can be opened)");
        }

        var pair = stackalloc int[2];
        if (Libc.socketpair(Libc.UnixSockets, Libc.StreamSocket | Libc.CloseOnExec, 0, pair) == 0)
        {
            _ = Libc.close(pair[0]);
            _ = Libc.close(pair[1]);
            _missing.Add("system calls (a socket can be made)");
        }
    }

    /// <summary>The runtime loads libraries when they are first used. Of the program's own folder only libraries: people keep their settings there.</summary>
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
    /// A fault of native code, such as an overflow of its stack, ends the process there and then. The runtime's own handlers would first collect what to
    /// report: in a thread that holds the allocator's lock they wait for it for good, and with them every other thread. The price: a null reference of managed
    /// code ends the process as well.
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
