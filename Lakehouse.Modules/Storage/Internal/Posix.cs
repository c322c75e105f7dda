using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// System calls for files that .NET does not offer: flushing a folder, linking a file without replacing another, starting write-back early, and telling files
/// from pipes.
/// </summary>
internal static class Posix
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const int StartWriting = 2; // SYNC_FILE_RANGE_WRITE
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int TypeWanted = 1; // STATX_TYPE
    private const int StatusBytes = 256;
    private const int StatusMode = 28;
    private const int TypeMask = 0xF000; // S_IFMT
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int SymbolicLink = 0xA000;
    private const int NotThere = 2; // ENOENT
    private const int AlreadyExists = 17; // EEXIST
    private const int OtherFileSystem = 18; // EXDEV

    /// <summary>
    /// Makes the names in a folder durable. Does nothing when the folder has just been removed. On Windows the file system journals names itself.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        if (descriptor < 0)
        {
            if (Marshal.GetLastPInvokeError() == NotThere)
            {
                return;
            }

            throw Error("open", path);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Flush(descriptor) != 0)
        {
            throw Error("fsync", path);
        }
    }

    /// <summary>
    /// Whether a path is something else than a file, a folder or a symbolic link: a named pipe, a socket or a device, which an open could wait for without an
    /// end. False where the system does not say.
    /// </summary>
    public static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        // statx has the same layout on every processor: 256 bytes, of which 28 and 29 are the mode.
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            return Status(CurrentFolder, path, NoFollow, TypeWanted, ref MemoryMarshal.GetReference(status)) == 0
                && (BitConverter.ToUInt16(status[StatusMode..]) & TypeMask) is not (RegularFile or Folder or SymbolicLink);
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library of before 2018
        }
    }

    /// <summary>Starts writing a part of a file to the disk, so that a later flush takes less time. A hint: errors are ignored.</summary>
    public static void StartWriteBack(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncRange(file, offset, length, StartWriting);
        }
    }

    /// <summary>True for the error of <see cref="TryLink"/> when the two paths are on different file systems (EXDEV).</summary>
    public static bool IsOtherFileSystem(IOException error) => error.HResult == OtherFileSystem;

    /// <summary>
    /// Gives a file a second name, under which it appears atomically and complete. On Windows it is renamed instead. False when the name is taken.
    /// </summary>
    public static bool TryLink(string source, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(source, target, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(target))
            {
                return false;
            }
        }

        if (Link(source, target) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == AlreadyExists ? false : throw Error("link", target);
    }

    private static IOException Error(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {new Win32Exception(error).Message}", error);
    }

#pragma warning disable SYSLIB1054 // LibraryImport generates unsafe code, which this module does not allow.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static extern int SyncRange(SafeFileHandle descriptor, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Status(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte status);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target);
#pragma warning restore SYSLIB1054
}
