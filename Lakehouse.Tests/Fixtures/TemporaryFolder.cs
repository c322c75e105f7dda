namespace Lakehouse.Tests.Fixtures;

/// <summary>A folder for one test, deleted at its end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("lakehouse-test-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was just killed may still use a file. The system's cleaning of temporary files removes the folder later.
        }
    }
}
