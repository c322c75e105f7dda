using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Text;
using Lakehouse.Embed.Internal.Cache;
using Lakehouse.Embed.Internal.Providers;

namespace Lakehouse.Embed.Internal;

/// <summary>Checks the texts, looks them up in the cache and asks the provider for the rest. Completes synchronously when all texts are in the cache.</summary>
internal sealed class Embedder(ModelTable models, EmbeddingCache cache, EmbedOptions options, TimeProvider time) : IEmbedder
{
    private const int StackKeys = 8;

    // How long the digest of a model is used before it is requested again.
    private static readonly TimeSpan DigestLifetime = TimeSpan.FromMinutes(1);

    public EmbedStats Stats => cache.Stats;

    private static readonly Histogram<double> CallDuration = Tracing.Meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration", "s", "The time of a call for embeddings");

    public ValueTask<EmbedAnswer> EmbedAsync(EmbedRequest request, CancellationToken cancellationToken) =>
        Tracing.IsOn || CallDuration.Enabled ? ToldAsync(request, cancellationToken) : FindAsync(request, cancellationToken);

    /// <summary>As <see cref="EmbedAsync"/>, traced and measured.</summary>
    private async ValueTask<EmbedAnswer> ToldAsync(EmbedRequest request, CancellationToken cancellationToken)
    {
        var settings = models.Find(request.Model).Settings;
        using var span = Tracing.Start($"embeddings {settings.Name}", ActivityKind.Client);
        span?.SetTag("gen_ai.operation.name", "embeddings")
            .SetTag("gen_ai.provider.name", settings.Provider)
            .SetTag("gen_ai.request.model", settings.UpstreamModel)
            .SetTag("lakehouse.texts", request.Texts.Count);
        var tags = new TagList { { "gen_ai.operation.name", "embeddings" }, { "gen_ai.request.model", settings.Name } };
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await FindAsync(request, cancellationToken);
            span?.SetTag("gen_ai.embeddings.dimension.count", answer.Dimension);
            return answer;
        }
        catch (Exception error)
        {
            span.Fail(error);
            tags.Add("error.type", Tracing.CodeOf(error));
            throw;
        }
        finally
        {
            CallDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    private ValueTask<EmbedAnswer> FindAsync(EmbedRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var model = models.Find(request.Model);
        var texts = request.Texts;
        if (texts.Count == 0 || texts.Count > options.MaxTexts)
        {
            throw EmbedErrors.Texts(
                texts.Count == 0 ? "the list is empty" : $"there are {texts.Count}, at most {options.MaxTexts} can be embedded at once (embed.max_texts)");
        }

        Caller.Current.RequireBudget(BudgetKind.EmbeddedTexts, texts.Count);
        Caller.Current.Spend(BudgetKind.EmbeddedTexts, texts.Count);
        RequestRecord.Current?.AddTexts(model.Settings.Name, texts.Count);
        var prefix = request.Input switch
        {
            EmbedInput.Query => model.Settings.QueryPrefix,
            EmbedInput.Document => model.Settings.DocumentPrefix,
            _ => string.Empty,
        };
        var fitting = Fit(texts, model.Settings, request.Truncate);
        var keys = texts.Count <= StackKeys ? stackalloc CacheKey[texts.Count] : new CacheKey[texts.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = CacheKey.Of(model.Id, request.Truncate, prefix, fitting[i]);
        }

        var vectors = new ReadOnlyMemory<float>[keys.Length];
        cache.Take(keys, i => prefix + fitting[i], vectors, out var waiting, out var claimed);
        return waiting is null
            ? ValueTask.FromResult(new EmbedAnswer(model.Settings.Name, vectors[0].Length, vectors, 0))
            : new ValueTask<EmbedAnswer>(WaitAsync(model, request.Truncate, vectors, waiting, claimed, cancellationToken));
    }

    public async ValueTask<EmbedModelInfo> DescribeAsync(string? model, CancellationToken cancellationToken)
    {
        var found = models.Find(model);
        if (found.Dimension == 0)
        {
            await EmbedAsync(new EmbedRequest(["dimension"], found.Settings.Name), cancellationToken);
        }

        if (found.Digest is not { } known || time.GetElapsedTime(known.At) > DigestLifetime)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(options.Timeout);
            try
            {
                found.Digest = (await found.Provider.DigestAsync(late.Token), time.GetTimestamp());
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw EmbedErrors.Late(found.Settings.Name, options.Timeout);
            }
        }

        return InfoOf(found.Settings, found.Dimension, found.Digest?.Digest);
    }

    public IReadOnlyList<EmbedModelInfo> ListModels() =>
        [
            .. options.Models.Values.OrderBy(m => m.Name != options.Default.Name)
                .ThenBy(m => m.Name, StringComparer.Ordinal)
                .Select(m => InfoOf(m, m.Dimension, null))
        ];

    private static EmbedModelInfo InfoOf(EmbedModelOptions model, int dimension, string? digest) =>
        new(model.Name, model.Provider, model.UpstreamModel, dimension, digest, model.QueryPrefix, model.DocumentPrefix);

    /// <summary>Returns the texts with those cut that are too long; the same list where none is.</summary>
    private static IReadOnlyList<string> Fit(IReadOnlyList<string> texts, EmbedModelOptions model, bool truncate)
    {
        string[]? cut = null;
        for (var i = 0; i < texts.Count; i++)
        {
            if (string.IsNullOrEmpty(texts[i]))
            {
                throw EmbedErrors.Texts($"texts[{i}] is empty");
            }

            if (Utf8Text.IsLonger(texts[i], model.MaxTextBytes, out var size))
            {
                cut ??= truncate
                    ? [.. texts]
                    : throw EmbedErrors.TooLong(i, $"it has {size} bytes of UTF-8, '{model.Name}' takes {model.MaxTextBytes} (max_text_bytes)");
                cut[i] = Utf8Text.Cut(texts[i], model.MaxTextBytes);
            }
        }

        return cut ?? texts;
    }

    private async Task<EmbedAnswer> WaitAsync(
        Model model,
        bool truncate,
        ReadOnlyMemory<float>[] vectors,
        List<(int Position, PendingText Text)> waiting,
        List<PendingText>? claimed,
        CancellationToken cancellationToken)
    {
        var calls = new List<UpstreamCall>();
        foreach (var texts in (claimed ?? []).Chunk(model.Settings.BatchSize))
        {
            var call = new UpstreamCall(texts, options.Timeout);
            foreach (var text in texts)
            {
                text.Call = call;
            }

            calls.Add(call);
        }

        // Every text has its call before the first call starts. The calls are not awaited here: they continue when this caller leaves and another one waits.
        foreach (var call in calls)
        {
            _ = RunAsync(model, truncate, call);
        }

        using var late = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            foreach (var (position, text) in waiting)
            {
                vectors[position] = await text.Done.WaitAsync(both.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EmbedErrors.Late(model.Settings.Name, options.Timeout);
        }
        catch (TextRefusedException refused)
        {
            // The position in the error must be that of this caller's list; another caller may have asked for the text.
            throw EmbedErrors.TooLong(waiting.First(w => w.Text == refused.Text).Position, refused.Message, refused);
        }
        finally
        {
            cache.Leave(waiting.Select(w => w.Text));
        }

        return new EmbedAnswer(model.Settings.Name, vectors[0].Length, vectors, claimed?.Count ?? 0);
    }

    /// <summary>Asks the provider for the texts of a call and completes each of them. Never throws.</summary>
    private async Task RunAsync(Model model, bool truncate, UpstreamCall call)
    {
        using (call)
        {
            try
            {
                var found = await model.Provider.EmbedAsync([.. call.Texts.Select(t => t.Text)], truncate, call.Token);
                if (found.Count != call.Texts.Count)
                {
                    throw EmbedErrors.Malformed(model.Settings.Provider, $"it has {found.Count} vectors for {call.Texts.Count} texts");
                }

                foreach (var vector in found)
                {
                    Normalise(vector, model);
                }

                cache.CountCall(failed: false);
                for (var i = 0; i < found.Count; i++)
                {
                    cache.Succeed(call.Texts[i], found[i]);
                }
            }
            catch (TextTooLongException error) when (call.Texts.Count > 1)
            {
                cache.CountCall(failed: true);
                await RunEachAsync(model, truncate, call, error);
            }
            catch (Exception error)
            {
                cache.CountCall(failed: true);
                Fail(model, call, error);
            }
        }
    }

    /// <summary>Asks for each text of a call separately, because the server does not tell which text of a batch is too long.</summary>
    private async Task RunEachAsync(Model model, bool truncate, UpstreamCall call, TextTooLongException whole)
    {
        try
        {
            foreach (var text in call.Texts)
            {
                try
                {
                    var found = await model.Provider.EmbedAsync([text.Text], truncate, call.Token);
                    if (found.Count != 1)
                    {
                        throw EmbedErrors.Malformed(model.Settings.Provider, $"it has {found.Count} vectors for 1 text");
                    }

                    Normalise(found[0], model);
                    cache.CountCall(failed: false);
                    cache.Succeed(text, found[0]);
                }
                catch (TextTooLongException error)
                {
                    cache.CountCall(failed: true);
                    cache.Fail(text, new TextRefusedException(text, error.Message));
                }
            }
        }
        catch (Exception error)
        {
            cache.CountCall(failed: true);
            Fail(model, call, error is TextTooLongException ? whole : error);
        }
    }

    private void Fail(Model model, UpstreamCall call, Exception error)
    {
        if (error is LakehouseException { Kind: ErrorKind.NotFound })
        {
            models.Forget(model);
        }

        foreach (var text in call.Texts)
        {
            Exception told = error switch
            {
                TextTooLongException tooLong => new TextRefusedException(text, tooLong.Message),
                OperationCanceledException => EmbedErrors.Late(model.Settings.Name, options.Timeout),
                LakehouseException => error,
                _ => EmbedErrors.Failed(model.Settings.Provider, $"could not be asked ({error.GetType().Name})", error),
            };
            cache.Fail(text, told);
        }
    }

    private static void Normalise(float[] vector, Model model)
    {
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        var length = Math.Sqrt(squares);
        if (!(length > 0) || !double.IsFinite(length))
        {
            throw EmbedErrors.Malformed(
                model.Settings.Provider,
                vector.Length == 0 ? "a vector is empty" : length == 0 ? "a vector is zero" : "a vector contains a value that is not a number");
        }

        model.RequireDimension(vector.Length);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] / length);
        }
    }

    /// <summary>The error of a text that is too long for its model.</summary>
    private sealed class TextRefusedException(PendingText text, string message) : Exception(message)
    {
        public PendingText Text => text;
    }
}
