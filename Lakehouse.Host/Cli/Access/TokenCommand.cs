using System.CommandLine;
using System.Text.Json;
using Lakehouse.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Names;

namespace Lakehouse.Host.Cli.Access;

/// <summary><c>token new NAME</c>: makes a token of a profile of a running server, and prints it this once.</summary>
internal static class TokenCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var name = new Argument<string>("profile") { Description = "The profile that has the token" };
        var expires = new Option<string?>("--expires") { Description = "How long it counts, e.g. 90d; without it, until it is deleted" };
        var asFile = new Option<string?>("--record")
        {
            Description = "Asks no server: prints on the error output what the configuration (toml) or a file of access.folder (json) keeps of the token",
        };
        asFile.AcceptOnlyFromAmong("toml", "json");
        var url = LakehouseClient.UrlOption();
        var create = new Command("new", "Makes a token, and prints it this once") { name, expires, asFile, url };
        create.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(asFile) is { } form)
            {
                await MakeAsync(parsed.GetRequiredValue(name), parsed.GetValue(expires), form);
                return 0;
            }

            using var interrupt = new CommandInterrupt(stop);
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            var path = $"/v1/profiles/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/tokens";
            using var body = JsonContent.Create(parsed.GetValue(expires) is { } length ? new Dictionary<string, string> { ["expires_in"] = length } : []);
            using var response = await client.PostAsync(path, body, key: null, isAsync: false, interrupt.Token);
            var made = await response.Content.ReadFromJsonAsync<JsonElement>(interrupt.Token);
            await Terminal.Output.WriteLineAsync(made.GetProperty("token").GetString());
            return 0;
        });
        return new Command("token", "Tokens of profiles") { create };
    }

    /// <summary>Makes a token for a profile that no server stores.</summary>
    private static async Task MakeAsync(string profile, string? expires, string form)
    {
        if (PlainName.FindError(profile) is { } error)
        {
            throw new CommandException($"The profile '{profile}' cannot be: {error}.");
        }

        TimeSpan? length = expires is null ? null
            : Duration.TryParse(expires, out var known) && known > TimeSpan.Zero ? known
            : throw new CommandException($"--expires is {Duration.Syntax}.");
        var now = TimeProvider.System.GetUtcNow();
        var made = NewToken.Make(now, now + length);
        await Terminal.Output.WriteLineAsync(made.Token);
        await Terminal.Error.WriteLineAsync(form == "toml" ? made.ToToml(profile) : made.ToJson());
    }
}
