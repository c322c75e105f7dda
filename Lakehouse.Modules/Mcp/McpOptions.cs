using Lakehouse.Core.Configuration;

namespace Lakehouse.Mcp;

/// <summary>The settings of the table <c>[mcp]</c>.</summary>
public sealed record McpOptions
{
    /// <summary>Whether <c>/mcp</c> is there.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Whether there are tools that add: <c>ingest</c>, <c>upsert</c>, <c>create_view</c>.</summary>
    public required bool CanWrite { get; init; }

    /// <summary>Whether there are tools that take away: <c>delete</c>, <c>drop</c>. Only where <see cref="CanWrite"/> is set, too.</summary>
    public required bool CanDelete { get; init; }

    /// <summary>The rows of an answer where the call does not say how many.</summary>
    public required int DefaultRows { get; init; }

    /// <summary>The most rows, datasets or results of an answer.</summary>
    public required int MaxRows { get; init; }

    /// <summary>The largest answer, as JSON in UTF-8.</summary>
    public required long MaxAnswerBytes { get; init; }

    /// <summary>The longest text in an answer, in UTF-16 units; the rest of a longer one is cut off.</summary>
    public required int MaxTextChars { get; init; }

    /// <summary>The largest body of a request.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>The most sessions; past it, the one that has been idle for longest ends.</summary>
    public required int MaxSessions { get; init; }

    /// <summary>How long a session may be idle.</summary>
    public required TimeSpan SessionIdle { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static McpOptions Read(SettingsReader settings)
    {
        var options = new McpOptions
        {
            IsEnabled = settings.Flag("mcp", "enabled", true),
            CanWrite = settings.Flag("mcp", "write", false),
            CanDelete = settings.Flag("mcp", "delete", false),
            DefaultRows = settings.Count("mcp", "default_rows", 50, 1, 100_000),
            MaxRows = settings.Count("mcp", "max_rows", 500, 1, 100_000),
            MaxAnswerBytes = settings.Size("mcp", "max_answer_bytes", "64KiB", "1KiB", "64MiB"),
            MaxTextChars = settings.Count("mcp", "max_text_chars", 1_000, 16, 10_000_000),
            MaxBodyBytes = settings.Size("mcp", "max_body_bytes", "16MiB", "1KiB", "1GiB"),
            MaxSessions = settings.Count("mcp", "max_sessions", 256, 1, 100_000),
            SessionIdle = settings.Time("mcp", "session_idle", "1h", "1s", "30d"),
        };
        if (options.CanDelete && !options.CanWrite)
        {
            settings.AddError("[mcp] delete = true needs write = true, too.");
        }

        return options;
    }
}
