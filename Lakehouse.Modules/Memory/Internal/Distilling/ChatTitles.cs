using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Asks a chat model for a title and a summary of a playbook, by OpenAI's <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatTitles : IDisposable
{
    private const int AnswerBytesMax = 1 << 20;
    private const int StepsMax = 50;

    private const string Instruction =
        "You name playbooks: groups of similar tasks with the steps that worked. Answer with one JSON object and nothing else: "
        + "{\"title\": \"at most eight words\", \"summary\": \"at most three sentences: when to use it, what works, what to avoid\"}.";

    private readonly ChatOptions _options;
    private readonly HttpClient _http;

    public ChatTitles(ChatOptions options)
    {
        _options = options;
        _http = new HttpClient { Timeout = options.Timeout, MaxResponseContentBufferSize = AnswerBytesMax };
        if (options.ApiKey.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        }
    }

    /// <summary>Whether there is a model.</summary>
    public bool IsOn => _options.Url is not null;

    /// <summary>What the text of a playbook is made of: equal ones have the same text, and are not asked for again.</summary>
    public string KeyOf(Playbook playbook) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_options.Model}\n{PromptOf(playbook)}")));

    /// <summary>Asks for the text of a playbook.</summary>
    /// <returns>Title and summary; null where the model's answer has none.</returns>
    /// <exception cref="HttpRequestException">The server does not answer.</exception>
    public async Task<(string Title, string Summary)?> AskAsync(Playbook playbook, CancellationToken cancellationToken)
    {
        var path = _options.Url!.AbsolutePath.TrimEnd('/');
        var address = new Uri(_options.Url, path + (path.EndsWith("/v1", StringComparison.Ordinal) ? "/chat/completions" : "/v1/chat/completions"));
        using var answer = await _http.PostAsJsonAsync(
            address,
            new
            {
                model = _options.Model,
                temperature = 0,
                seed = 1,
                max_tokens = _options.MaxTokens,
                messages = new[] { new { role = "system", content = Instruction }, new { role = "user", content = PromptOf(playbook) } },
            },
            cancellationToken);
        answer.EnsureSuccessStatusCode();
        return Read(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public void Dispose() => _http.Dispose();

    private static string PromptOf(Playbook playbook) => JsonSerializer.Serialize(new
    {
        task = playbook.Exemplar.Task,
        similar_tasks = playbook.Sources.Select(s => s.Task).Distinct(StringComparer.Ordinal).Take(StepsMax),
        steps_that_worked = playbook.Steps.Select(s => s.Step.Key).Take(StepsMax),
        steps_of_failures_alone = playbook.FailedSteps.Select(s => s.Key).Take(StepsMax),
        succeeded = playbook.SuccessCount,
        known = playbook.KnownCount,
    });

    private static (string Title, string Summary)? Read(byte[] body)
    {
        try
        {
            var content = JsonElement.Parse(body).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? string.Empty;

            // Some models put the object into a block of code.
            var (first, last) = (content.IndexOf('{', StringComparison.Ordinal), content.LastIndexOf('}'));
            var text = JsonElement.Parse(first < 0 || last < first ? content : content[first..(last + 1)]);
            return text.GetProperty("title").GetString() is { Length: > 0 } title && text.GetProperty("summary").GetString() is { } summary
                ? (title, summary)
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
