using System.Text.Json;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Requests;

namespace Lakehouse.Memory.Internal.Http;

/// <summary>Reads the bodies of calls.</summary>
internal static class MemoryBody
{
    public const string RememberForm = "{\"task\":\"...\",\"steps\":[...],\"outcome\":0.9}";

    public const string RecallForm = "{\"text\":\"...\",\"k\":5}";

    public const string FeedbackForm = "{\"id\":\"...\",\"outcome\":0.9}";

    public const string ForgetForm = "{\"ids\":[\"...\"]}";

    public const string DistillForm = "{\"threshold\":0.85}";

    /// <summary>One memory, or those of the member <c>memories</c>.</summary>
    public static IReadOnlyList<NewMemory> ReadMemories(JsonElement json)
    {
        var body = new JsonMembers(json);
        if (body.Items("memories") is { } items)
        {
            body.Complete();
            return [.. items.Select((item, i) => ReadOne(new JsonMembers(item, $"memories[{i}]")))];
        }

        return [ReadOne(body)];
    }

    public static RecallRequest ReadRecall(JsonElement json)
    {
        var body = new JsonMembers(json);
        var request = ReadRecall(body);
        body.Complete();
        return request;
    }

    /// <summary>Reads what it knows of a body; the caller completes it.</summary>
    public static RecallRequest ReadRecall(JsonMembers body)
    {
        var plain = new RecallRequest(body.RequiredText("text"));
        var weights = body.Member("weights") is { } member ? new JsonMembers(member, "\"weights\"") : null;
        var request = plain with
        {
            K = body.Count("k") ?? plain.K,
            Tags = body.Texts("tags") ?? [],
            MinOutcome = body.Number("min_outcome"),
            MaxAge = Time(body, "max_age"),
            Parent = body.FilledText("parent"),
            IsOwn = body.Flag("own") ?? false,
            HalfLife = Time(body, "half_life"),
            Weights = weights is null
                ? null
                : new ScoreWeights(weights.Number("similarity") ?? 0, weights.Number("outcome") ?? 0, weights.Number("recency") ?? 0),
        };
        weights?.Complete();
        return request;
    }

    public static NewMemory ReadOne(JsonMembers body)
    {
        var memory = new NewMemory(body.RequiredText("task"))
        {
            Id = body.Text("id"),
            Steps = body.Member("steps"),
            Outcome = body.Number("outcome"),
            Tags = body.Texts("tags") ?? [],
            Datasets = body.Texts("datasets") ?? [],
            Parent = body.Text("parent"),
            At = body.Text("at") is { } at ? TimeOf(at) : null,
        };
        body.Complete();
        return memory;
    }

    public static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw JsonMembers.Invalid($"\"{text}\" is not a time in ISO 8601");

    private static TimeSpan? Time(JsonMembers body, string name) => body.Text(name) is not { } text ? null
        : Duration.TryParse(text, out var time) && time > TimeSpan.Zero ? time
        : throw JsonMembers.Invalid($"\"{name}\" is \"{text}\"; it is {Duration.Syntax}");
}
