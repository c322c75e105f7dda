namespace Lakehouse.Vector.Internal.Http;

/// <summary>What results carry beside id and distance.</summary>
internal static class Include
{
    /// <summary>Reads the names of an <c>include</c>.</summary>
    public static (bool WithVectors, bool WithMetadata) Read(IEnumerable<string> names)
    {
        var (withVectors, withMetadata) = (false, false);
        foreach (var name in names)
        {
            switch (name)
            {
                case "vector":
                    withVectors = true;
                    break;
                case "metadata":
                    withMetadata = true;
                    break;
                default:
                    throw VectorErrors.Request($"include has \"{name}\"; there are \"vector\" and \"metadata\"");
            }
        }

        return (withVectors, withMetadata);
    }

    /// <summary>Reads a query parameter, names separated by commas; metadata alone where there is none.</summary>
    public static (bool WithVectors, bool WithMetadata) Read(string? parameter) =>
        parameter is null ? (false, true) : Read(parameter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
