namespace Lakehouse.Core.Requests;

/// <summary>
/// Metadata of an endpoint that accepts bodies of any content type. At every other endpoint, the HTTP edge requires that a body sent by a browser is declared
/// as JSON.
/// </summary>
public sealed class AnyContentType
{
    private AnyContentType()
    {
    }

    /// <summary>The only instance.</summary>
    public static AnyContentType Instance { get; } = new();
}
