using Lakehouse.Core.Configuration;

namespace Lakehouse.Memory;

/// <summary>The chat model that makes titles and summaries of playbooks.</summary>
/// <param name="Url">Its server, of OpenAI's <c>/v1/chat/completions</c>; null for none.</param>
/// <param name="ApiKey">Its key; empty for none.</param>
/// <param name="Model">Its name there.</param>
/// <param name="Timeout">How long a call may take.</param>
/// <param name="MaxCalls">The most calls of one distillation; the other playbooks have no title then.</param>
/// <param name="MaxTokens">The longest answer.</param>
public sealed record ChatOptions(Uri? Url, string ApiKey, string Model, TimeSpan Timeout, int MaxCalls, int MaxTokens)
{
    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static ChatOptions Read(SettingsReader settings)
    {
        var options = new ChatOptions(
            settings.Url("memory.chat", "url", string.Empty, "http://127.0.0.1:11434"),
            settings.Text("memory.chat", "api_key", string.Empty, "a text"),
            settings.Text("memory.chat", "model", string.Empty, "the name of a chat model"),
            settings.Time("memory.chat", "timeout", "60s", "100ms", "10m"),
            settings.Count("memory.chat", "max_calls", 200, 1, 100_000),
            settings.Count("memory.chat", "max_tokens", 400, 16, 100_000));
        if (options.Url is not null && options.Model.Length == 0)
        {
            settings.AddError("[memory.chat] url is set, and model is empty; it needs the name of a model there.");
        }

        return options;
    }
}
