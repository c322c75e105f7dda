using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Refuses parameters of the address that its endpoint does not know, and those that come twice: what is ignored in silence is taken for done.
/// </summary>
internal sealed class QueryGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.QueryString.HasValue && context.GetEndpoint() is RouteEndpoint endpoint && context.Request.Path != "/health")
        {
            Require(context.Request.Query, endpoint.Metadata.GetMetadata<QueryParameters>()?.Names ?? []);
        }

        return next(context);
    }

    private static void Require(IQueryCollection query, IReadOnlyList<string> known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var others = known.Count == 0 ? "there are none here" : $"there are {string.Join(", ", known)}";
                throw JsonMembers.Invalid($"the address has the parameter '{name}'; {others}{NearestName.Hint(name, known)}");
            }

            if (values.Count > 1)
            {
                throw JsonMembers.Invalid($"the address has the parameter '{name}' {values.Count} times; once is enough");
            }
        }
    }
}
