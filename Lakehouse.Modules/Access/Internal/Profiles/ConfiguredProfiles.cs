using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>Profiles in the configuration: tables <c>[profiles.NAME]</c> with the members of a profile, and <c>tokens</c>.</summary>
internal static class ConfiguredProfiles
{
    private const string Budgets = "budgets";

    /// <summary>Reads and checks them; errors are collected in <paramref name="settings"/>.</summary>
    public static Dictionary<string, JsonElement> Read(SettingsReader settings)
    {
        var profiles = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, node) in settings.Tree("profiles"))
        {
            try
            {
                var profile = node as JsonObject ?? throw AccessErrors.Invalid("it is no table");
                if (profile[Budgets] is JsonObject budgets)
                {
                    profile[Budgets] = new JsonObject(budgets.Select(b => KeyValuePair.Create(b.Key, NumberOf(b.Value))));
                }

                var json = JsonSerializer.SerializeToElement(profile);
                ProfileReader.Read(name, StoredProfile.Read(json, default).Profile);
                profiles[name] = json;
            }
            catch (Exception error) when (error is LakehouseException or JsonException)
            {
                settings.AddError($"[profiles.{name}] {error.Message}");
            }
        }

        return profiles;
    }

    /// <summary>Values of the configuration are texts.</summary>
    private static JsonNode? NumberOf(JsonNode? value) =>
        long.TryParse(value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : value?.DeepClone();
}
