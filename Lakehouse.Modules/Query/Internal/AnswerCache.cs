using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Catalog;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Microsoft.Extensions.Caching.Memory;

namespace Lakehouse.Query.Internal;

/// <summary>
/// Remembers which datasets a text reads and small answers, for texts whose answer depends only on the versions of these datasets. So a text that comes again
/// is answered without the engine until one of them has a new version. Both are bounded by <see cref="QueryOptions.CacheBytes"/>. Thread-safe.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    private const int EntryBytes = 512;

    private readonly ICatalog _catalog;
    private readonly QueryOptions _options;
    private readonly MemoryCache _cache;

    public AnswerCache(ICatalog catalog, QueryOptions options)
    {
        (_catalog, _options) = (catalog, options);
        _cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = Math.Max(1, options.CacheBytes) });
    }

    /// <summary>The largest answer that is kept; 0 where none are.</summary>
    public long MaxAnswerBytes => Math.Min(_options.CacheAnswerBytes, _options.CacheBytes / 2);

    /// <summary>The tag of the answer that a request would get now; null where that is not known without running it.</summary>
    public string? FindTag(QueryRequest request)
    {
        if (_options.CacheBytes == 0 || request.At is not null || !_cache.TryGetValue(new TextKey(request.Sql), out StatementHead? head))
        {
            return null;
        }

        var versions = new DatasetRead[head!.Datasets.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            if (_catalog.FindIgnoringCase(head.Datasets[i].Name) is not { } dataset)
            {
                return null;
            }

            versions[i] = new DatasetRead(dataset.Name.Value, dataset.Version);
        }

        return TagOf(request, versions);
    }

    /// <summary>The answer of a tag; null where it is not kept.</summary>
    public CachedAnswer? Find(string tag) => _cache.TryGetValue(new TagKey(tag), out CachedAnswer? answer) ? answer : null;

    /// <summary>Remembers what a text reads, where its answer is repeatable.</summary>
    public void Learn(QueryRequest request, StatementHead head)
    {
        // What reads an older version runs again each time, because the catalog in memory does not show whether that version is still there.
        if (head is { IsRepeatable: true, ReadsNewest: true } && _options.CacheBytes > 0)
        {
            Set(new TextKey(request.Sql), head, EntryBytes + (request.Sql.Length * sizeof(char)));
        }
    }

    /// <summary>Keeps an answer.</summary>
    public void Add(CachedAnswer answer) => Set(new TagKey(answer.Tag), answer, EntryBytes + answer.Bytes.Length);

    public void Dispose() => _cache.Dispose();

    /// <summary>The tag of an answer: of everything that it depends on, including the versions that it reads.</summary>
    public static string TagOf(QueryRequest request, IReadOnlyList<DatasetRead> datasets)
    {
        var text = new ArrayBufferWriter<byte>(EntryBytes);
        Write(text, request.Sql);
        Write(text, request.Parameters ?? string.Empty);
        Write(text, $"{request.Format} {request.NumbersAsText} {request.MaxRows}");
        foreach (var dataset in datasets)
        {
            Write(text, dataset.Name);
            BitConverter.TryWriteBytes(text.GetSpan(sizeof(long)), dataset.Version);
            text.Advance(sizeof(long));
        }

        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan).AsSpan(0, 16));
    }

    /// <summary>The versions that a request pins.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>sql_error</c>: one is neither a number nor a time.</exception>
    public static IReadOnlyDictionary<string, DatasetVersion> ReadPins(QueryRequest request) => request.At is null
        ? StatementRequest.NoPins
        : request.At.ToDictionary(p => p.Key, p => DatasetVersion.Parse(p.Value, $"at.{p.Key}"), StringComparer.OrdinalIgnoreCase);

    private static void Write(ArrayBufferWriter<byte> output, string text)
    {
        BitConverter.TryWriteBytes(output.GetSpan(sizeof(int)), text.Length);
        output.Advance(sizeof(int));
        Encoding.UTF8.GetBytes(text, output);
    }

    private void Set(object key, object value, long size) => _cache.Set(key, value, new MemoryCacheEntryOptions { Size = size });

    private sealed record TextKey(string Sql);

    private sealed record TagKey(string Tag);
}
