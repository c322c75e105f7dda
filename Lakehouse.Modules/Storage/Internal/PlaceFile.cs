namespace Lakehouse.Storage.Internal;

/// <summary>An object's own file. It exists as long as the object does, so disposing of it does nothing.</summary>
internal sealed class PlaceFile(string path) : ILocalFile
{
    public string Path => path;

    public void Dispose()
    {
    }
}
