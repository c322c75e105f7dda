using System.Net;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Access;

namespace Lakehouse.Core.Observation;

/// <summary>
/// What is known of one request, for the audit, traces and metrics. It flows with the request as <see cref="Caller"/> does; each module adds what it alone
/// knows. Thread-safe.
/// </summary>
public sealed class RequestRecord
{
    private const int DatasetsMax = 256;
    private const int ParametersMax = 64;
    private const string JobMethod = "JOB"; // where a request has its HTTP method

    private static readonly AsyncLocal<RequestRecord?> Flowing = new();

    private readonly Lock _gate = new();
    private List<string>? _read;
    private List<string>? _written;
    private TimeSpan _engineTime;
    private long _rows;
    private long _bytesIn;
    private long _texts;

    /// <summary>The request on which the running code works; null where there is none, or nobody keeps it.</summary>
    public static RequestRecord? Current => Flowing.Value;

    /// <summary>When it came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its HTTP method; null for one that did not come by HTTP.</summary>
    public string? Method { get; init; }

    /// <summary>Its path as it came, without the query.</summary>
    public string? Path { get; init; }

    /// <summary>Names it in logs, problem documents and traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>Whose it is; null where that was not found out.</summary>
    public string? Profile { get; set; }

    /// <summary>The address of its client.</summary>
    public IPAddress? Client { get; set; }

    /// <summary>The session that it belongs to, as its client names it.</summary>
    public string? SessionId { get; set; }

    /// <summary>The person for whom it is made, as its client or a proxy names them.</summary>
    public string? UserId { get; set; }

    /// <summary>The pattern of the path, e.g. <c>/v1/catalog/get/{name}</c>; null where nothing answers there.</summary>
    public string? Route { get; set; }

    /// <summary>The tool of the Model Context Protocol that it calls.</summary>
    public string? Tool { get; set; }

    /// <summary>The status of its answer.</summary>
    public int Status { get; set; }

    /// <summary>The code of its error.</summary>
    public string? Code { get; set; }

    /// <summary>From its first byte to the last of its answer.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>The bytes of its answer, as far as they were sent.</summary>
    public long BytesOut { get; set; }

    /// <summary>The statement that it runs: the first of several.</summary>
    public string? Sql { get; private set; }

    /// <summary>The types of the statement's parameters, in the words of JSON.</summary>
    public IReadOnlyList<string> ParameterTypes { get; private set; } = [];

    /// <summary>The id of that statement.</summary>
    public string? QueryId { get; private set; }

    /// <summary>The model that embeds its texts.</summary>
    public string? Model { get; private set; }

    /// <summary>The datasets that it reads, each as <c>name@version</c>.</summary>
    public IReadOnlyList<string> Datasets => Copy(ref _read);

    /// <summary>The versions of datasets that it has committed, each as <c>name@version</c>.</summary>
    public IReadOnlyList<string> Written => Copy(ref _written);

    /// <summary>How long engines have worked for it.</summary>
    public TimeSpan EngineTime => Read(ref _engineTime);

    /// <summary>The rows that it has read or written.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>The bytes of its body, as far as they were read.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>The texts that it has had embedded.</summary>
    public long Texts => Interlocked.Read(ref _texts);

    /// <summary>A record for work that goes on after the request has been answered. It is added by itself, when that work ends.</summary>
    /// <param name="now">When the work begins.</param>
    /// <param name="route">As <see cref="Route"/>.</param>
    /// <param name="path">As <see cref="Path"/>.</param>
    public RequestRecord Continue(DateTimeOffset now, string route, string path) => new()
    {
        StartedAt = now,
        Method = JobMethod,
        Route = route,
        Path = path,
        TraceId = TraceId,
        Profile = Profile,
        Client = Client,
        SessionId = SessionId,
        UserId = UserId,
    };

    /// <summary>Makes this the request on which the rest of the calling method works.</summary>
    public void Enter() => Flowing.Value = this;

    /// <summary>Records a statement.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="sql">Its text.</param>
    /// <param name="parameters">Its parameters as JSON; null for none.</param>
    public void AddStatement(string id, string sql, string? parameters)
    {
        lock (_gate)
        {
            if (Sql is null)
            {
                (QueryId, Sql, ParameterTypes) = (id, sql, parameters is null ? [] : TypesOf(parameters));
            }
        }
    }

    /// <summary>Records a dataset, view or index's dataset that it reads.</summary>
    public void AddRead(string dataset, long version) => Add(ref _read, dataset, version);

    /// <summary>Records a version that it has committed.</summary>
    public void AddWritten(string dataset, long version) => Add(ref _written, dataset, version);

    /// <summary>Records the work of an engine.</summary>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="rows">The rows of its answer.</param>
    public void AddWork(TimeSpan elapsed, long rows)
    {
        lock (_gate)
        {
            _engineTime += elapsed;
        }

        AddRows(rows);
    }

    /// <summary>Records rows that it has read or written.</summary>
    public void AddRows(long count) => Interlocked.Add(ref _rows, count);

    /// <summary>Records bytes of its body.</summary>
    public void AddBytesIn(long count) => Interlocked.Add(ref _bytesIn, count);

    /// <summary>Records texts that a model embeds.</summary>
    public void AddTexts(string model, long count)
    {
        Model ??= model;
        Interlocked.Add(ref _texts, count);
    }

    private static List<string> TypesOf(string parameters)
    {
        var types = new List<string>();
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(parameters), new JsonReaderOptions { MaxDepth = 64 });
        var name = string.Empty;
        try
        {
            json.Read();
            while (json.Read() && json.CurrentDepth > 0 && types.Count < ParametersMax)
            {
                if (json.TokenType == JsonTokenType.PropertyName)
                {
                    name = json.GetString() + " ";
                    continue;
                }

                types.Add(name + json.TokenType switch
                {
                    JsonTokenType.Number => json.TryGetInt64(out _) ? "integer" : "number",
                    JsonTokenType.True or JsonTokenType.False => "boolean",
                    JsonTokenType.StartArray => "array",
                    JsonTokenType.StartObject => "object",
                    JsonTokenType.Null => "null",
                    _ => "string",
                });
                json.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // It is not JSON, or a name is not Unicode: the statement is refused for it.
        }

        return types;
    }

    private void Add(ref List<string>? names, string dataset, long version)
    {
        lock (_gate)
        {
            names ??= [];
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{dataset}@{version}");
            if (names.Count < DatasetsMax && !names.Contains(name))
            {
                names.Add(name);
            }
        }
    }

    private IReadOnlyList<string> Copy(ref List<string>? names)
    {
        lock (_gate)
        {
            return names is null ? [] : [.. names];
        }
    }

    private TimeSpan Read(ref TimeSpan value)
    {
        lock (_gate)
        {
            return value;
        }
    }
}
