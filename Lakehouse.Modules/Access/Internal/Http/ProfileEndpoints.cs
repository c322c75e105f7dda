using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lakehouse.Access.Internal.Budgets;
using Lakehouse.Access.Internal.Profiles;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Access.Internal.Http;

/// <summary><c>/v1/profiles</c> and <c>/v1/whoami</c>.</summary>
internal static class ProfileEndpoints
{
    private const string TokenForm = "{\"expires_in\":\"30d\"}";

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/whoami", WhoAmI).WithTags("access").Needs(AccessAction.None).WithSummary("Who the caller is, and what it may do");
        var group = routes.MapGroup("/v1/profiles").WithTags("access").Needs(AccessAction.Admin);
        group.MapGet(string.Empty, List).WithSummary("Every profile");
        group.MapGet("{name}", Show).WithSummary("A profile");
        group.MapPut("{name}", PutAsync).WithMetadata(ReadsBody.Instance).WithSummary("Stores a profile; its tokens stay");
        group.MapDelete("{name}", DeleteAsync).WithSummary("Deletes a profile and its tokens");
        group.MapPost("{name}/tokens", AddTokenAsync).WithMetadata(ReadsBody.Instance).WithSummary("Makes a token, which is shown this once");
        group.MapDelete("{name}/tokens/{id}", RemoveTokenAsync).WithSummary("Deletes a token");
        return routes;
    }

    private static Ok<ProfileList> List(ProfileStore store) => TypedResults.Ok(new ProfileList([.. store.List().Select(ProfileResponse.From)]));

    private static Ok<ProfileResponse> Show(string name, ProfileStore store) => TypedResults.Ok(ProfileResponse.From(store.Find(name)));

    private static async Task<Ok<ProfileResponse>> PutAsync(string name, HttpContext context, ProfileStore store, AccessOptions options)
    {
        using var body = await RequestBody.ReadObjectAsync(context, options.MaxProfileBytes, "access.max_profile_bytes", ProfileReader.Form);
        var put = await store.PutAsync(name, body.RootElement.Clone(), context.RequestAborted);
        return TypedResults.Ok(ProfileResponse.From(put) with { Notes = store.FindDoubts(put) });
    }

    private static async Task<NoContent> DeleteAsync(string name, ProfileStore store, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(name, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Created<TokenResponse>> AddTokenAsync(
        string name, HttpContext context, ProfileStore store, AccessOptions options, TimeProvider time)
    {
        var body = await RequestBody.ReadAsync(context, options.MaxProfileBytes, "access.max_profile_bytes");
        var expiresAt = body.Length == 0 ? null : ReadExpiry(body, time.GetUtcNow());
        var (record, token) = await store.AddTokenAsync(name, expiresAt, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/v1/profiles/{name}/tokens/{record.Id}", new TokenResponse(record.Id, token, record.Salt, record.Hash, record.CreatedAt, record.ExpiresAt));
    }

    private static DateTimeOffset? ReadExpiry(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(body.Span);
        }
        catch (JsonException error)
        {
            throw JsonMembers.Invalid($"the body is no JSON: {TokenForm}, or empty for a token without an end", error);
        }

        var members = new JsonMembers(json);
        var (length, end) = (members.FilledText("expires_in"), members.FilledText("expires_at"));
        members.Complete();
        var expiresAt = (length, end) switch
        {
            (null, null) => (DateTimeOffset?)null,
            ({ } text, null) when Duration.TryParse(text, out var duration) => now + duration,
            (null, { } text) when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
            _ => throw JsonMembers.Invalid($"a token has one end: \"expires_in\" ({Duration.Syntax}) or \"expires_at\" (a time in ISO 8601)"),
        };
        return expiresAt <= now ? throw JsonMembers.Invalid("a token ends later than now") : expiresAt;
    }

    private static async Task<NoContent> RemoveTokenAsync(string name, string id, ProfileStore store, CancellationToken cancellationToken)
    {
        await store.RemoveTokenAsync(name, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<WhoAmIResponse> WhoAmI(BudgetLedger ledger, TimeProvider time)
    {
        var caller = Caller.Current;
        var actions = Enum.GetValues<AccessAction>().Where(a => a is not AccessAction.None && caller.May(a)).Select(a => a.ToString().ToLowerInvariant());
        if ((caller as ProfileCaller)?.Spec is not { } spec || caller.IsAdministrator)
        {
            return TypedResults.Ok(new WhoAmIResponse(caller.Name, caller.IsAdministrator, [.. actions], ["*"], ["*"], ["*"], ["*"], ["*"], [], []));
        }

        var now = time.GetUtcNow();
        return TypedResults.Ok(new WhoAmIResponse(
            caller.Name,
            caller.IsAdministrator,
            [.. actions],
            spec.Datasets.Patterns,
            spec.Views.Patterns,
            spec.Indexes.Patterns,
            spec.Spaces.Patterns,
            spec.Keys.Patterns,
            [.. spec.Guards.Select(g => new GuardResponse(
                g.Pattern,
                [.. g.Columns.Where(c => c.Value.Kind is not (MaskKind.Clear or MaskKind.Hidden)).Select(c => c.Key)],
                g.Rows is not null))],
            [.. ledger.List((ProfileCaller)caller, now).Select(u => new BudgetResponse(u.Budget, u.Limit, u.Used, u.ResetsAt))]));
    }

    private sealed record ProfileList(IReadOnlyList<ProfileResponse> Profiles);

    private sealed record ProfileResponse(
        string Name, JsonElement Profile, IReadOnlyList<TokenInfo> Tokens, string Source, DateTimeOffset UpdatedAt)
    {
        /// <summary>What is probably not meant.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? Notes { get; init; }

        public static ProfileResponse From(LoadedProfile loaded) => new(
            loaded.Caller.Name,
            loaded.Stored.Profile,
            [.. loaded.Stored.Tokens.Select(t => new TokenInfo(t.Id, t.CreatedAt, t.ExpiresAt))],
            loaded.IsConfigured ? "configured" : "stored",
            loaded.Stored.UpdatedAt);
    }

    private sealed record TokenInfo(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    /// <summary>The token, and what a file of the folder keeps of it.</summary>
    private sealed record TokenResponse(string Id, string Token, string Salt, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    private sealed record WhoAmIResponse(
        string Profile,
        bool Administrator,
        IReadOnlyList<string> Actions,
        IReadOnlyList<string> Datasets,
        IReadOnlyList<string> Views,
        IReadOnlyList<string> Indexes,
        IReadOnlyList<string> Spaces,
        IReadOnlyList<string> Objects,
        IReadOnlyList<GuardResponse> Guards,
        IReadOnlyList<BudgetResponse> Budgets);

    /// <summary>What is not seen of a dataset; hidden columns are not named.</summary>
    private sealed record GuardResponse(string Dataset, IReadOnlyList<string> Masked, bool RowsFiltered);

    private sealed record BudgetResponse(string Budget, long Limit, long Used, DateTimeOffset ResetsAt);
}
