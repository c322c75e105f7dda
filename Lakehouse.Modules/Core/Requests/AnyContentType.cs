namespace Lakehouse.Core.Requests;

/// <summary>
/// Metadata of an endpoint that takes bodies of any content type. Of every other endpoint the edge asks that what a browser sends is declared as JSON.
/// </summary>
public sealed class AnyContentType
{
    private AnyContentType()
    {
    }

    /// <summary>The one there is.</summary>
    public static AnyContentType Instance { get; } = new();
}
