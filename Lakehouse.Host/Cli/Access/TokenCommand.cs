using System.CommandLine;
using System.Text.Json;

namespace Lakehouse.Host.Cli.Access;

/// <summary><c>token new NAME</c>: makes a token of a profile of a running server, and prints it this once.</summary>
internal static class TokenCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var name = new Argument<string>("profile") { Description = "The profile that has the token" };
        var expires = new Option<string?>("--expires") { Description = "How long it counts, e.g. 90d; without it, until it is deleted" };
        var asFile = new Option<bool>("--record") { Description = "Also prints what a profile in access.folder keeps of it, on the error output" };
        var url = LakehouseClient.UrlOption();
        var create = new Command("new", "Makes a token, and prints it this once") { name, expires, asFile, url };
        create.SetAction(async (parsed, stop) =>
        {
            using var interrupt = new CommandInterrupt(stop);
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            var path = $"/v1/profiles/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/tokens";
            using var body = JsonContent.Create(parsed.GetValue(expires) is { } length ? new Dictionary<string, string> { ["expires_in"] = length } : []);
            using var response = await client.PostAsync(path, body, key: null, isAsync: false, interrupt.Token);
            var made = await response.Content.ReadFromJsonAsync<JsonElement>(interrupt.Token);
            await Terminal.Output.WriteLineAsync(made.GetProperty("token").GetString());
            if (parsed.GetValue(asFile))
            {
                await Terminal.Error.WriteLineAsync(
                    JsonSerializer.Serialize(made.EnumerateObject().Where(m => m.Name != "token").ToDictionary(m => m.Name, m => m.Value)));
            }

            return 0;
        });
        return new Command("token", "Tokens of profiles") { create };
    }
}
