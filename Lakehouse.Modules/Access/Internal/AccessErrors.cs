using Lakehouse.Core.Errors;

namespace Lakehouse.Access.Internal;

internal static class AccessErrors
{
    public static LakehouseException Invalid(string reason, Exception? inner = null) =>
        new(ErrorKind.InvalidInput, "invalid_profile", $"The profile cannot be used: {reason}.", inner);

    public static LakehouseException NotFound(string name) =>
        new(ErrorKind.NotFound, "profile_not_found", $"There is no profile '{name}'. GET /v1/profiles names those there are.");

    public static LakehouseException Configured(string name) =>
        new(
            ErrorKind.Conflict, "profile_configured",
            $"The profile '{name}' is one of the configuration: a table [profiles.{name}] or a file of access.folder. Change it there.");
}
