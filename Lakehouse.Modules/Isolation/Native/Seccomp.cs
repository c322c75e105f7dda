using System.Runtime.InteropServices;

namespace Lakehouse.Isolation.Native;

/// <summary>
/// A filter of system calls (seccomp, man 2 seccomp) over all threads of the process. It refuses new processes, sockets, signals to other processes, changes of
/// rights, owners, mounts or clocks, and the kernel's debugging and loading interfaces. What a .NET program and the engine need for their work is allowed;
/// files are restricted by <see cref="Landlock"/>.
/// </summary>
internal static unsafe class Seccomp
{
    private const uint FilterMode = 1; // SECCOMP_SET_MODE_FILTER
    private const nint AllThreads = 1; // SECCOMP_FILTER_FLAG_TSYNC

    private const uint Allow = 0x7FFF_0000;
    private const uint Deny = 0x0005_0000 | 1; // EPERM
    private const uint NotThere = 0x0005_0000 | 38; // ENOSYS
    private const uint KillProcess = 0x8000_0000;

    // struct seccomp_data: number, architecture, instruction pointer, six arguments of 8 bytes.
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;

    private const ushort Load = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort Return = 0x06; // BPF_RET | BPF_K
    private const ushort JumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort JumpIfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private const ushort JumpIfAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K

    private const uint ThreadFlag = 0x10000; // CLONE_THREAD
    private const uint X32Numbers = 0x4000_0000;

    /// <summary>True where the filter knows the numbers of the system calls.</summary>
    internal static bool IsSupported => Numbers() is not null;

    /// <summary>Confines every thread of the process. The kernel's <c>no_new_privs</c> must be set.</summary>
    internal static void Restrict()
    {
        var numbers = Numbers() ?? throw new PlatformNotSupportedException();
        var program = Program(numbers, (uint)Environment.ProcessId);
        fixed (Instruction* first = program)
        {
            var filter = new FilterProgram { Length = (ushort)program.Length, First = first };
            if (Libc.syscall(numbers.Seccomp, (nint)FilterMode, AllThreads, (nint)(&filter), 0) != 0)
            {
                throw Libc.Error("seccomp");
            }
        }
    }

    private static Instruction[] Program(CallNumbers numbers, uint process)
    {
        List<Instruction> program =
        [
            new(Load, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, numbers.Architecture),
            new(Return, 0, 0, KillProcess),
            new(Load, 0, 0, NumberOffset),
            new(JumpIfAtLeast, 0, 1, X32Numbers),
            new(Return, 0, 0, Deny),

            // glibc falls back to clone, whose flags the filter can read; those of clone3 are behind a pointer.
            new(JumpIfEqual, 0, 1, numbers.Clone3),
            new(Return, 0, 0, NotThere),
            new(JumpIfEqual, 0, 4, numbers.CloneThread),
            new(Load, 0, 0, FirstArgumentOffset),
            new(JumpIfAnyBit, 0, 1, ThreadFlag),
            new(Return, 0, 0, Allow),
            new(Return, 0, 0, Deny),
        ];
        foreach (var signal in numbers.Signals)
        {
            program.AddRange(
            [
                new(JumpIfEqual, 0, 4, signal),
                new(Load, 0, 0, FirstArgumentOffset),
                new(JumpIfEqual, 0, 1, process),
                new(Return, 0, 0, Allow),
                new(Return, 0, 0, Deny),
            ]);
        }

        for (var i = 0; i < numbers.Denied.Length; i++)
        {
            program.Add(new(JumpIfEqual, (byte)(numbers.Denied.Length - i), 0, numbers.Denied[i]));
        }

        program.Add(new(Return, 0, 0, Allow));
        program.Add(new(Return, 0, 0, Deny));
        return [.. program];
    }

    private static CallNumbers? Numbers() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new CallNumbers(
            0xC000_003E,
            317,
            435,
            56,
            [62, 234],
            [
                41, 53, 49, 50, 43, 288, 42, // socket socketpair bind listen accept accept4 connect
                57, 58, 59, 322, // fork vfork execve execveat
                101, 310, 311, 434, 424, 438, 200, 129, 297, // ptrace process_vm_* pidfd_* tkill rt_(tg)sigqueueinfo
                165, 166, 155, 161, 308, 272, 429, 428, 430, 432, 442,
                // mount umount2 pivot_root chroot setns unshare move_mount open_tree fsopen fsmount mount_setattr
                321, 298, 323, 425, 426, 427, 300, // bpf perf_event_open userfaultfd io_uring_* fanotify_init
                250, 248, 249, 175, 313, 176, 320, 246, 169, 167, 168, 163, 103, 179, // keys, modules, kexec, reboot, swap, acct, syslog, quotactl
                304, 164, 227, 159, 305, 170, 171, 172, 173, 135, 134, // open_by_handle_at, clocks, names, iopl ioperm personality uselib
                90, 91, 268, 92, 93, 94, 260, 188, 189, 190, 197, 280, // chmod chown setxattr utimensat and similar
                86, 88, 265, 266, 133, 259, 29, 68, 64, 240, // links, nodes, System V and POSIX queues
            ]),
        Architecture.Arm64 => new CallNumbers(
            0xC000_00B7,
            277,
            435,
            220,
            [129, 131],
            [
                198, 199, 200, 201, 202, 242, 203,
                221, 281,
                117, 270, 271, 434, 424, 438, 130, 138, 240,
                40, 39, 41, 51, 268, 97, 429, 428, 430, 432, 442,
                280, 241, 282, 425, 426, 427, 262,
                219, 217, 218, 105, 273, 106, 294, 104, 142, 224, 225, 89, 116, 60,
                265, 170, 112, 171, 266, 161, 162, 92,
                52, 53, 55, 54, 5, 6, 7, 14, 88,
                37, 36, 33, 194, 186, 190, 180,
            ]),
        _ => null,
    };

    /// <summary>Numbers of calls on one architecture, from the kernel's unistd.h.</summary>
    /// <param name="Architecture">AUDIT_ARCH_*.</param>
    /// <param name="Seccomp">seccomp.</param>
    /// <param name="Clone3">clone3.</param>
    /// <param name="CloneThread">clone.</param>
    /// <param name="Signals">kill and tgkill, allowed to the process itself.</param>
    /// <param name="Denied">The calls that are refused.</param>
    private sealed record CallNumbers(uint Architecture, nint Seccomp, uint Clone3, uint CloneThread, uint[] Signals, uint[] Denied);

    /// <summary><c>struct sock_filter</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary><c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        internal ushort Length;
        internal Instruction* First;
    }
}
