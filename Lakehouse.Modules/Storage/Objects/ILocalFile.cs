namespace Lakehouse.Storage;

/// <summary>A local file that holds an object. It does not change until this is disposed of.</summary>
public interface ILocalFile : IDisposable
{
    /// <summary>Its absolute path, below <see cref="IObjectStore.LocalFolder"/>; a key always has the same path.</summary>
    string Path { get; }
}
