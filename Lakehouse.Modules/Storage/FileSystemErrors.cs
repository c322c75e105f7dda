using Lakehouse.Core.Errors;

namespace Lakehouse.Storage;

/// <summary>Translates errors of the file system. Paths stay in the inner exception, which is for the log only.</summary>
public static class FileSystemErrors
{
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT on Linux
    private const int NotPermitted = 1; // EPERM
    private const int AccessDenied = 13; // EACCES
    private const int ReadOnly = 30; // EROFS
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The error to show to a person: disk full or read-only, access denied, or the store failed.</summary>
    public static LakehouseException Translate(Exception error) => error switch
    {
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull } => new LakehouseException(
            ErrorKind.InsufficientStorage, "disk_full", "The disk that holds the data folder is full. Nothing was changed; free some space and try "
                + "again.", error),
        IOException { HResult: ReadOnly } => new LakehouseException(
            ErrorKind.StoreFailed, "storage_read_only", "The disk that holds the data folder is mounted read-only; some systems do that after an error of "
                + "the disk. Nothing was changed.", error),
        UnauthorizedAccessException or IOException { HResult: NotPermitted or AccessDenied } => new LakehouseException(
            ErrorKind.StoreFailed, "storage_denied", "The operating system denies access to the data folder. Give the program's user the right to write "
                + "there.", error),
        _ => new LakehouseException(ErrorKind.StoreFailed, "storage_failed", "The data folder could not be read or written. The log holds the cause.", error),
    };

    /// <summary>True for errors of the file system, which <see cref="Translate"/> accepts.</summary>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException;
}
