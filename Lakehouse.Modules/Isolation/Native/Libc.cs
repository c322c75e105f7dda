using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Lakehouse.Isolation.Native;

/// <summary>The calls of Linux that worker processes need and .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    internal const int UnixSockets = 1; // AF_UNIX
    internal const int StreamSocket = 1; // SOCK_STREAM
    internal const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    internal const int NoSignal = 0x4000; // MSG_NOSIGNAL
    internal const int GetDescriptorFlags = 1; // F_GETFD
    internal const int SetDescriptorFlags = 2; // F_SETFD
    internal const int DescriptorCloseOnExec = 1; // FD_CLOEXEC
    internal const int ReadWrite = 3; // PROT_READ | PROT_WRITE
    internal const int Shared = 1; // MAP_SHARED
    internal const int Interrupted = 4; // EINTR
    internal const int TryAgain = 11; // EAGAIN
    internal const int WriteOnly = 1; // O_WRONLY
    internal const int NonBlocking = 0x800; // O_NONBLOCK
    internal const int SetPipeSize = 1031; // F_SETPIPE_SZ
    internal const short PollIn = 1; // POLLIN
    internal const int PathOnly = 0x200000 | CloseOnExec; // O_PATH | O_CLOEXEC
    internal const int Kill = 9; // SIGKILL
    internal const int IllegalInstruction = 4; // SIGILL
    internal const int Abort = 6; // SIGABRT
    internal const int BusError = 7; // SIGBUS
    internal const int SegmentationFault = 11; // SIGSEGV
    internal const int CoreSize = 4; // RLIMIT_CORE

    private const string Library = "libc";

    /// <summary>The error of the last call, with the call's name.</summary>
    internal static Win32Exception Error(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{call}: {new Win32Exception(error).Message}");
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint send(int descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ftruncate(int descriptor, long length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint address, nuint length);

    /// <summary>0 for the handler is SIG_DFL.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, ulong argument2, ulong argument3, ulong argument4, ulong argument5);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setrlimit(int resource, ResourceLimit* limit);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsid();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setpriority(int which, uint who, int priority);

    [LibraryImport(Library)]
    internal static partial int getppid();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int process, int signal);

    [LibraryImport(Library, EntryPoint = "_exit")]
    internal static partial void exit_now(int status);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint syscall(nint number, nint argument1, nint argument2, nint argument3, nint argument4);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkfifo(string path, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(Poll* descriptors, ulong count, int timeoutMs);

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal ulong Current;
        internal ulong Highest;
    }

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Poll
    {
        public int Descriptor;
        public short Events;
        public short Results;
    }
}
