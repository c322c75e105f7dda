namespace Lakehouse.Core.Requests;

/// <summary>
/// Metadata of an endpoint that reads the bodies of its requests. At every other endpoint, the HTTP edge refuses a body, because what it says would be ignored.
/// </summary>
public sealed class ReadsBody
{
    private ReadsBody()
    {
    }

    /// <summary>The only instance.</summary>
    public static ReadsBody Instance { get; } = new();
}
