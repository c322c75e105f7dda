using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Refuses query parameters that the endpoint does not know, and those given twice: a client would take it that an ignored parameter was applied. Refuses
/// percent-encoding that is not UTF-8, because the framework would take it literally.
/// </summary>
internal sealed class QueryGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.QueryString.HasValue && context.GetEndpoint() is RouteEndpoint endpoint && context.Request.Path != "/health")
        {
            if (!PercentText.TryDecode(context.Request.QueryString.Value.AsSpan(1), out _, out var reason))
            {
                throw JsonMembers.Invalid($"the query string cannot be decoded: {reason}. Write %25 for a percent sign, and encode texts as UTF-8");
            }

            Require(context.Request.Query, endpoint.Metadata.GetMetadata<QueryParameters>()?.Names ?? []);
        }

        return next(context);
    }

    private static void Require(IQueryCollection query, IReadOnlyList<string> known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Any(k => IsNamed(name, k)))
            {
                var taken = known.Count switch { 0 => "none", 1 => "only " + known[0], _ => string.Join(", ", known) };
                throw JsonMembers.Invalid($"the address has the parameter '{name}'; it takes {taken}{NearestName.Hint(name, known)}");
            }

            if (values.Count > 1)
            {
                throw JsonMembers.Invalid($"the address has the parameter '{name}' {values.Count} times; once is enough");
            }
        }
    }

    private static bool IsNamed(string name, string known) => known.EndsWith('*')
        ? name.StartsWith(known[..^1], StringComparison.OrdinalIgnoreCase)
        : name.Equals(known, StringComparison.OrdinalIgnoreCase);
}
