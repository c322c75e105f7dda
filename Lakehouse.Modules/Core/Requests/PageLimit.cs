using System.Globalization;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Requests;

/// <summary>The parameter <c>limit</c> of listings.</summary>
public static class PageLimit
{
    /// <summary>Reads the limit; <paramref name="max"/> when it is not given.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_limit</c> (<see cref="ErrorKind.InvalidInput"/>): not a whole number from 1 to <paramref name="max"/>.
    /// </exception>
    public static int Parse(string? text, int max)
    {
        if (text is null)
        {
            return max;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= max
            ? limit
            : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_limit", $"limit is '{text}'; it is a whole number from 1 to {max}.");
    }
}
