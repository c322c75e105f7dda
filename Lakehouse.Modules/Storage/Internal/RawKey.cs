using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Reads the object key of a request from the request line as it was sent. The decoded path cannot be used: <c>%2F</c> is not decoded in it, and dot segments
/// are already resolved, so that <c>..</c> could not be refused.
/// </summary>
internal static class RawKey
{
    /// <summary>
    /// Reads what follows <paramref name="route"/>, up to the query string, percent-decoded once (RFC 3986, section 2.1); <c>+</c> stays <c>+</c>.
    /// </summary>
    public static ObjectKey Read(HttpContext context, string route)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (!path.StartsWith(route, StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse($"the path does not start with {route} as it was sent");
        }

        return PercentText.TryDecode(path.AsSpan(route.Length), out var key, out var reason) ? ObjectKey.Parse(key) : throw Refuse(reason);
    }

    private static LakehouseException Refuse(string reason) => new(ErrorKind.InvalidInput, "invalid_key", $"The object key is refused: {reason}.");
}
