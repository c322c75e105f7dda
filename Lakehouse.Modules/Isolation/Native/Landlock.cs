using System.Runtime.InteropServices;

namespace Lakehouse.Isolation.Native;

/// <summary>
/// Landlock (Linux 5.13 and later; docs.kernel.org/userspace-api/landlock.html): a thread gives up, for itself and the threads that it starts, all files but
/// those it names, and the network.
/// </summary>
internal static unsafe class Landlock
{
    private const int CreateRuleset = 444;
    private const int AddRule = 445;
    private const int RestrictSelf = 446;
    private const int AskVersion = 1;
    private const int PathBeneath = 1;

    // The rights over files, numbered as in linux/landlock.h.
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadDirectory = 1 << 3;
    private const ulong RemoveDirectory = 1 << 4;
    private const ulong RemoveFile = 1 << 5;
    private const ulong MakeDirectory = 1 << 7;
    private const ulong MakeFile = 1 << 8;
    private const ulong Truncate = 1 << 14;

    private const ulong AllOfNetwork = 3; // bind and connect by TCP
    private const ulong AllOfScopes = 3; // abstract sockets and signals

    /// <summary>The version of Landlock's interface; 0 where the kernel has none.</summary>
    internal static int Version => Math.Max(0, (int)Libc.syscall(CreateRuleset, 0, 0, AskVersion, 0));

    /// <summary>Confines the calling thread and those it starts from now on. The kernel's <c>no_new_privs</c> must be set.</summary>
    /// <param name="readable">Files and folders that may be read.</param>
    /// <param name="writable">Folders in which files may be made, written and removed.</param>
    internal static void Restrict(IEnumerable<string> readable, IEnumerable<string> writable)
    {
        var version = Version;
        var all = AllOfFiles(version);
        var rules = new Ruleset { Files = all, Network = version >= 4 ? AllOfNetwork : 0, Scopes = version >= 6 ? AllOfScopes : 0 };
        var size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        var ruleset = (int)Libc.syscall(CreateRuleset, (nint)(&rules), size, 0, 0);
        if (ruleset < 0)
        {
            throw Libc.Error("landlock_create_ruleset");
        }

        try
        {
            const ulong read = ReadFile | ReadDirectory;
            const ulong write = read | WriteFile | RemoveFile | RemoveDirectory | MakeFile | MakeDirectory | Truncate;
            foreach (var path in readable)
            {
                Allow(ruleset, path, read);
            }

            foreach (var path in writable)
            {
                Allow(ruleset, path, write & all);
            }

            if (Libc.syscall(RestrictSelf, ruleset, 0, 0, 0) != 0)
            {
                throw Libc.Error("landlock_restrict_self");
            }
        }
        finally
        {
            _ = Libc.close(ruleset);
        }
    }

    private static ulong AllOfFiles(int version) => version switch
    {
        1 => (1UL << 13) - 1,
        2 => (1UL << 14) - 1,
        3 or 4 => (1UL << 15) - 1,
        _ => (1UL << 16) - 1,
    };

    private static void Allow(int ruleset, string path, ulong rights)
    {
        var descriptor = Libc.open(path, Libc.PathOnly);
        if (descriptor < 0)
        {
            return; // what is not there needs no permission
        }

        try
        {
            var rule = new PathRule { Rights = Directory.Exists(path) ? rights : rights & (ReadFile | WriteFile | Truncate), Descriptor = descriptor };
            if (Libc.syscall(AddRule, ruleset, PathBeneath, (nint)(&rule), 0) != 0)
            {
                throw Libc.Error("landlock_add_rule");
            }
        }
        finally
        {
            _ = Libc.close(descriptor);
        }
    }

    /// <summary><c>struct landlock_ruleset_attr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        internal ulong Files;
        internal ulong Network;
        internal ulong Scopes;
    }

    /// <summary><c>struct landlock_path_beneath_attr</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        internal ulong Rights;
        internal int Descriptor;
    }
}
