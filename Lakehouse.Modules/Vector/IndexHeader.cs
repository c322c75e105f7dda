using Microsoft.AspNetCore.Http;

namespace Lakehouse.Vector;

/// <summary>The header that names the last change of an index that an answer was made of.</summary>
public static class IndexHeader
{
    private const string Name = "X-Lakehouse-Indexes";

    /// <summary>Sets it, e.g. <c>docs@17</c>.</summary>
    public static void SetIndex(this HttpResponse response, IndexVersion version) => response.Headers[Name] = version.ToString();
}
