namespace Lakehouse.Storage.Internal;

/// <summary>A file that stays as long as its object does: there is nothing to give back.</summary>
internal sealed class PlaceFile(string path) : ILocalFile
{
    public string Path => path;

    public void Dispose()
    {
    }
}
