using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;

namespace Lakehouse.Storage.Internal;

/// <summary>The errors that more than one place of this module raises.</summary>
internal static class StorageErrors
{
    public static LakehouseException TooLarge(long sizeBytesMax) => new(
        ErrorKind.TooLarge,
        "object_too_large",
        $"The object is larger than {ByteSize.Format(sizeBytesMax)}. Nothing was stored. Raise storage.max_put_bytes, or split it.");
}
