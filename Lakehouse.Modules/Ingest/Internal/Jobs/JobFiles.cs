using System.Text.Json;
using System.Text.Json.Serialization;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Ingest.Internal.Jobs;

/// <summary>The jobs that nobody waits for, in <c>data_dir/jobs</c>: one JSON file each, written when it begins and when it ends.</summary>
internal sealed partial class JobFiles(StorageOptions storage, IngestOptions options, ILogger<JobFiles> logger)
{
    private const string Extension = ".json";
    private const string Unfinished = ".new";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private readonly string _folder = Path.Combine(storage.DataDirectory, "jobs");

    /// <summary>The jobs of earlier processes, the newest first. One that had not ended is made failed.</summary>
    public IReadOnlyList<IngestJob> Load(DateTimeOffset now)
    {
        var jobs = new List<IngestJob>();
        foreach (var path in Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*" + Unfinished) : [])
        {
            Delete(path);
        }

        foreach (var path in Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*" + Extension) : [])
        {
            try
            {
                var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path), Json);
                if (stored is null || stored.Id != Path.GetFileNameWithoutExtension(path) || !Guid.TryParseExact(stored.Id, "N", out _)
                    || !DatasetName.TryParse(stored.Name, out _, out _))
                {
                    throw new JsonException("its id is not that of its name, or its dataset has no name");
                }

                jobs.Add(stored.ToJob());
            }
            catch (Exception error) when (error is JsonException || FileSystemErrors.Is(error))
            {
                LogUnreadable(error, path); // a job is only a report
            }
        }

        jobs.Sort((a, b) => b.StartedAt.CompareTo(a.StartedAt));
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].State is IngestJobState.Running)
            {
                jobs[i] = jobs[i] with
                {
                    State = IngestJobState.Failed,
                    EndedAt = now,
                    Error = new IngestJobError(
                        IngestErrors.InterruptedCode,
                        "The program ended while this ingest ran. Look at the dataset: its version is there, or nothing of it; or send it again with the same "
                        + "Idempotency-Key."),
                };
                Save(jobs[i]);
            }
        }

        foreach (var old in jobs.Skip(options.KeepJobs))
        {
            Remove(old.Id);
        }

        return [.. jobs.Take(options.KeepJobs)];
    }

    /// <summary>Writes a job. A failure is logged: the ingest itself is not in question.</summary>
    public void Save(IngestJob job)
    {
        var path = Path.Combine(_folder, job.Id + Extension);
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(path + Unfinished, JsonSerializer.SerializeToUtf8Bytes(Stored.Of(job), Json));
            File.Move(path + Unfinished, path, overwrite: true);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            LogUnwritten(error, job.Id);
            Delete(path + Unfinished);
        }
    }

    public void Remove(string id) => Delete(Path.Combine(_folder, id + Extension));

    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            LogUndeleted(error, path);
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "The file {Path} is no job of an ingest and is skipped")]
    private partial void LogUnreadable(Exception error, string path);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "What became of the ingest {Id} could not be written down")]
    private partial void LogUnwritten(Exception error, string id);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "The file {Path} of an ingest that is no longer listed cannot be deleted")]
    private partial void LogUndeleted(Exception error, string path);

    private sealed record Stored(
        string Id,
        string Name,
        IngestJobState State,
        DateTimeOffset StartedAt,
        DateTimeOffset? EndedAt,
        long BytesRead,
        long? BytesTotal,
        long RowsRead,
        IngestJobResult? Result,
        IngestJobError? Error)
    {
        public static Stored Of(IngestJob job) => new(
            job.Id, job.Name.Value, job.State, job.StartedAt, job.EndedAt, job.BytesRead, job.BytesTotal, job.RowsRead, job.Result, job.Error);

        public IngestJob ToJob() => new(
            Id, DatasetName.Parse(Name), State, StartedAt, EndedAt, BytesRead, BytesTotal, RowsRead, State is IngestJobState.Done ? 1 : null, Result, Error);
    }
}
