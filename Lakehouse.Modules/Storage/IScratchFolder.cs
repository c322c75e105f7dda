namespace Lakehouse.Storage;

/// <summary>A temporary folder.</summary>
public interface IScratchFolder : IDisposable
{
    /// <summary>Its absolute path.</summary>
    string Path { get; }
}
