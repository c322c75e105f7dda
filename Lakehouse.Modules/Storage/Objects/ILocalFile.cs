namespace Lakehouse.Storage;

/// <summary>A file of this machine that holds an object. It stays as it is until this is disposed of, once.</summary>
public interface ILocalFile : IDisposable
{
    /// <summary>Its absolute path, below <see cref="IObjectStore.LocalFolder"/>; the same each time for a key.</summary>
    string Path { get; }
}
