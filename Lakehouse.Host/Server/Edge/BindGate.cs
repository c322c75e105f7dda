namespace Lakehouse.Host.Server.Edge;

/// <summary>Refuses to listen on an address that other machines can reach, unless an environment variable allows it and a token is set.</summary>
public static class BindGate
{
    /// <summary>The environment variable that allows it; only the value <c>1</c> does.</summary>
    public const string OverrideVariable = "LH_GATEWAY_ALLOW_NONLOOPBACK";

    /// <summary>Why the program must not start, or null.</summary>
    /// <param name="bind">Where it would listen.</param>
    /// <param name="overrideValue">The variable's value; null when it is not set.</param>
    /// <param name="hasToken">True when <c>auth.token</c> is set.</param>
    public static string? FindError(BindAddress bind, string? overrideValue, bool hasToken)
    {
        if (bind.IsLoopback)
        {
            return null;
        }

        const string risk = "other machines could then read, change and delete everything in the lakehouse";
        if (overrideValue != "1")
        {
            return $"[server] bind = \"{bind}\" is not a loopback address: {risk}. Bind to 127.0.0.1, or, if this is meant, set {OverrideVariable}=1 and "
                + "auth.token.";
        }

        return hasToken
            ? null
            : $"[server] bind = \"{bind}\" is not a loopback address and {OverrideVariable} is 1, but auth.token is empty: {risk}. Set auth.token.";
    }

    /// <summary>The warning at the start when the program listens on another address than a loopback one; null for a loopback address.</summary>
    public static string? FindWarning(BindAddress bind) => bind.IsLoopback
        ? null
        : $"[server] bind = \"{bind}\" is not a loopback address, and {OverrideVariable} is 1: "
            + "from other machines, whoever has auth.token can read, change and delete everything.";
}
