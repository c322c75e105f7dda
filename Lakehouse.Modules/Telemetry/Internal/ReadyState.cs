namespace Lakehouse.Telemetry.Internal;

/// <summary>Whether what requests need answers.</summary>
/// <param name="Store">The code of the store's error; null where it answers.</param>
/// <param name="Engine">That of the engine.</param>
internal sealed record ReadyState(string? Store, string? Engine)
{
    public bool IsReady => Store is null && Engine is null;
}
