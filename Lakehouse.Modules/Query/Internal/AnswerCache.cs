using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Stored;
using Microsoft.Extensions.Caching.Memory;

namespace Lakehouse.Query.Internal;

/// <summary>
/// Remembers which datasets a text reads (bounded by <see cref="QueryOptions.TextBytes"/>) and small answers (by <see cref="QueryOptions.CacheBytes"/>), for
/// texts whose answer depends only on the versions of these datasets. So a text that comes again is answered without the engine until one of them has a new
/// version, and where its answer is not kept, the engine is told what it needs before it asks. Thread-safe.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    private const int EntryBytes = 512;

    private readonly ICatalog _catalog;
    private readonly QueryOptions _options;
    private readonly MemoryCache _answers;
    private readonly MemoryCache _texts;

    public AnswerCache(ICatalog catalog, QueryOptions options)
    {
        (_catalog, _options) = (catalog, options);
        _answers = new MemoryCache(new MemoryCacheOptions { SizeLimit = Math.Max(1, options.CacheBytes) });
        _texts = new MemoryCache(new MemoryCacheOptions { SizeLimit = Math.Max(1, options.TextBytes) });
    }

    /// <summary>The largest answer that is kept; 0 where none are.</summary>
    public long MaxAnswerBytes => Math.Min(_options.CacheAnswerBytes, _options.CacheBytes / 2);

    /// <summary>The datasets that a text has read when it ran last, all in their newest version; null where that is not known.</summary>
    public IReadOnlyList<DatasetRead>? FindDatasets(string sql) => _texts.TryGetValue(KeyOf(sql), out IReadOnlyList<DatasetRead>? datasets) ? datasets : null;

    /// <summary>The tag of the answer that a request would get now; null where that is not known without running it.</summary>
    public string? FindTag(QueryRequest request)
    {
        if (_options.CacheBytes == 0 || request.At is not null || FindDatasets(request.Sql) is not { } datasets)
        {
            return null;
        }

        var versions = new DatasetRead[datasets.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            if (_catalog.FindAny(datasets[i].Name) is not { } dataset)
            {
                return null;
            }

            versions[i] = new DatasetRead(dataset.Name.Value, dataset.Version);
        }

        return TagOf(request, versions);
    }

    /// <summary>The answer of a tag; null where it is not kept.</summary>
    public CachedAnswer? Find(string tag) => _answers.TryGetValue(tag, out CachedAnswer? answer) ? answer : null;

    /// <summary>Remembers what a text reads, where its answer is repeatable.</summary>
    public void Learn(QueryRequest request, StatementHead head)
    {
        // What reads an older version runs again each time, because the catalog in memory does not show whether that version is still there.
        if (head is { IsRepeatable: true, ReadsNewest: true } && FindDatasets(request.Sql)?.SequenceEqual(head.Datasets) != true)
        {
            Set(_texts, KeyOf(request.Sql), head.Datasets, (request.Sql.Length * sizeof(char)) + (head.Datasets.Count * EntryBytes));
        }
    }

    /// <summary>Keeps an answer.</summary>
    public void Add(CachedAnswer answer) => Set(_answers, answer.Tag, answer, answer.Bytes.Length);

    public void Dispose()
    {
        _answers.Dispose();
        _texts.Dispose();
    }

    /// <summary>What a text reads, and what it answers, is known for each that sees something else apart. Those who see everything share it.</summary>
    private static string KeyOf(string sql) => Caller.Current.Tag is { Length: > 0 } tag ? $"{tag}\0{sql}" : sql;

    /// <summary>The tag of an answer: of everything that it depends on, including the versions that it reads.</summary>
    public static string TagOf(QueryRequest request, IReadOnlyList<DatasetRead> datasets)
    {
        var text = new ArrayBufferWriter<byte>(EntryBytes);
        Write(text, request.Sql);
        Write(text, Caller.Current.Tag);
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

    private static void Set(MemoryCache cache, string key, object value, long size) =>
        cache.Set(key, value, new MemoryCacheEntryOptions { Size = EntryBytes + size });
}
