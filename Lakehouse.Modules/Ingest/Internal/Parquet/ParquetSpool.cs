using System.Buffers.Binary;
using System.Security.Cryptography;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Parquet;

/// <summary>
/// Writes Parquet files into the scratch space while they arrive. Only their ends are looked at here: the engine reads them, in its own process.
/// </summary>
internal sealed class ParquetSpool(string folder)
{
    private const int BlockSize = 1 << 20;
    private const int TailSize = 8;

    private readonly List<ParquetFile> _files = [];

    /// <summary>The files so far, in order.</summary>
    public IReadOnlyList<ParquetFile> Files => _files;

    /// <summary>Takes a file.</summary>
    /// <exception cref="LakehouseException"><c>parquet_invalid</c> (<see cref="ErrorKind.Unprocessable"/>): it does not end as such a file does.</exception>
    public async Task AddAsync(UnpackedFile file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"sent-{_files.Count}.parquet");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = GC.AllocateUninitializedArray<byte>(BlockSize);
        long size = 0;
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        while (await file.ReadAsync(block, cancellationToken) is var count and > 0)
        {
            hash.AppendData(block, 0, count);
            await RandomAccess.WriteAsync(handle, block.AsMemory(0, count), size, cancellationToken);
            size += count;
        }

        RequireEnd(handle, size);
        RandomAccess.FlushToDisk(handle);
        _files.Add(new ParquetFile(path, size, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    /// <summary>The last eight bytes are the length of the footer before them, and the mark. A file that was cut off has others.</summary>
    private static void RequireEnd(Microsoft.Win32.SafeHandles.SafeFileHandle file, long size)
    {
        Span<byte> tail = stackalloc byte[TailSize];
        var isWhole = size > TailSize + FileStart.ParquetMark.Length
            && RandomAccess.Read(file, tail, size - TailSize) == TailSize
            && tail[4..].SequenceEqual(FileStart.ParquetMark)
            && BinaryPrimitives.ReadUInt32LittleEndian(tail) is > 0 and var footer
            && footer <= size - TailSize - FileStart.ParquetMark.Length;
        if (!isWhole)
        {
            throw Invalid("it does not end with the footer of a Parquet file, so it was probably cut off");
        }
    }

    /// <summary>The error of a file that cannot be read.</summary>
    public static LakehouseException Invalid(string why, Exception? cause = null) =>
        new(ErrorKind.Unprocessable, "parquet_invalid", $"The file cannot be read as Parquet: {why}. Nothing was registered.", cause);
}
