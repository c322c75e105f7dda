using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Core.Requests;

/// <summary>Refuses request headers that an endpoint does not obey, because a client that sends one relies on it.</summary>
public static class RequestHeaders
{
    private const string Unconditional = "Changes are unconditional here; leave it out, and compare the ETag of a HEAD request first if that is enough";
    private const string NotCompared = "Digests are not compared here; leave it out, and compare the size in the answer, or read back what was stored";

    private static readonly (string Name, string Advice)[] Conditions =
    [
        (HeaderNames.IfMatch, Unconditional),
        (HeaderNames.IfUnmodifiedSince, Unconditional),
        (HeaderNames.IfNoneMatch, "What exists under the name is replaced; leave it out, and use a name that is certainly new if nothing may be replaced"),
    ];

    private static readonly (string Name, string Advice)[] OfBodies =
    [
        (HeaderNames.ContentRange, "A body is all of the content, never a part of it; leave it out, and send everything in one request"),
        (HeaderNames.ContentMD5, NotCompared),
        ("Content-Digest", NotCompared),
        ("Repr-Digest", NotCompared),
        ("Digest", NotCompared),
    ];

    /// <summary>Refuses the conditions of RFC 9110, section 13.1, at an endpoint that changes something. If-Modified-Since has no meaning there.</summary>
    /// <exception cref="LakehouseException"><c>unsupported_header</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static void RefuseConditions(HttpRequest request) => Refuse(request, Conditions);

    /// <summary>Refuses conditions, digests, partial and encoded bodies at an endpoint that stores the body. Call it before the body is read.</summary>
    /// <exception cref="LakehouseException">
    /// <c>unsupported_header</c>, <c>unsupported_encoding</c> (<see cref="ErrorKind.InvalidInput"/>).
    /// </exception>
    public static void RequirePlainBody(HttpRequest request) => RequireBody(request);

    /// <summary>As <see cref="RequirePlainBody"/>, at an endpoint that decodes some content encodings.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decoded">The encodings.</param>
    /// <returns>The encoding of the body; null when it has none.</returns>
    public static string? RequireBody(HttpRequest request, params string[] decoded)
    {
        RefuseConditions(request);
        Refuse(request, OfBodies);
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return Array.Find(decoded, d => d.Equals(encoding, StringComparison.OrdinalIgnoreCase)) ?? throw new LakehouseException(
            ErrorKind.InvalidInput,
            "unsupported_encoding",
            $"The body has the content encoding '{encoding}', and "
            + (decoded.Length == 0
                ? "none is decoded here. Send the content as it is, without Content-Encoding."
                : $"only {string.Join(", ", decoded)} is decoded here. Send the content in that, or as it is."));
    }

    private static void Refuse(HttpRequest request, (string Name, string Advice)[] headers)
    {
        foreach (var (name, advice) in headers)
        {
            if (request.Headers.ContainsKey(name))
            {
                throw new LakehouseException(
                    ErrorKind.InvalidInput,
                    "unsupported_header",
                    $"The request has the header {name}, which this call does not obey. {advice}. Nothing was changed.");
            }
        }
    }
}
