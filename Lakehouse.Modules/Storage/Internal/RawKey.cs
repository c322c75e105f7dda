using System.Globalization;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Reads the object key of a request from the request line as it was sent. The decoded path cannot be used: <c>%2F</c> is not decoded in it, and dot segments
/// are already resolved, so that <c>..</c> could not be refused.
/// </summary>
internal static class RawKey
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads what follows <paramref name="route"/>, up to the query string, percent-decoded once (RFC 3986, section 2.1); <c>+</c> stays <c>+</c>.
    /// </summary>
    public static ObjectKey Read(HttpContext context, string route)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return path.StartsWith(route, StringComparison.OrdinalIgnoreCase)
            ? ObjectKey.Parse(Decode(path.AsSpan(route.Length)))
            : throw Refuse($"the path does not start with {route} as it was sent");
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                count += Encoding.UTF8.GetBytes(text.Slice(i, 1), bytes.AsSpan(count));
                continue;
            }

            if (i + 2 >= text.Length || !byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count]))
            {
                throw Refuse($"the percent sign at position {i + 1} is not followed by two hex digits");
            }

            count++;
            i += 2;
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("its percent-encoded bytes are not UTF-8");
        }
    }

    private static LakehouseException Refuse(string reason) => new(ErrorKind.InvalidInput, "invalid_key", $"The object key is refused: {reason}.");
}
