using Lakehouse.Core.Errors;

namespace Lakehouse.Access.Internal;

internal static class AccessErrors
{
    public static LakehouseException Invalid(string reason, Exception? inner = null) =>
        new(ErrorKind.InvalidInput, "invalid_profile", $"The profile cannot be used: {reason}.", inner);

    public static LakehouseException NotFound(string name) =>
        new(ErrorKind.NotFound, "profile_not_found", $"There is no profile '{name}'. GET /v1/profiles names those there are.");

    public static LakehouseException OfFolder(string name) =>
        new(ErrorKind.Conflict, "profile_in_folder", $"The profile '{name}' is a file of the folder access.folder. Change the file.");
}
