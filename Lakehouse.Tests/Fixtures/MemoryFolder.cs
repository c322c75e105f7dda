namespace Lakehouse.Tests.Fixtures;

/// <summary>A temporary folder in memory if the system has one, for tests that write much and do not test the disk.</summary>
public sealed class MemoryFolder : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    private readonly DirectoryInfo _folder = Directory.Exists(SharedMemory)
        ? Directory.CreateDirectory(System.IO.Path.Combine(SharedMemory, "lakehouse-test-" + Guid.NewGuid().ToString("N")))
        : Directory.CreateTempSubdirectory("lakehouse-test-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
