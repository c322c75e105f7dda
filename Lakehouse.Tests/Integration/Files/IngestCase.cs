using System.Text.Json;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>A case of an <see cref="IngestCaseFile"/>: what is sent, and what is expected.</summary>
/// <param name="Name">What it shows, a sentence.</param>
/// <param name="File">The file of cases, without the extension.</param>
/// <param name="Line">The line of that file on which it begins.</param>
public sealed record IngestCase(string Name, string File, int Line)
{
    /// <summary>The parameters of the address.</summary>
    public IList<(string Name, string Value)> Options { get; } = [];

    /// <summary>The fields of a form, which stand before its files.</summary>
    public IList<(string Name, string Value)> Fields { get; } = [];

    /// <summary>The headers of the request.</summary>
    public IList<(string Name, string Value)> Headers { get; } = [];

    /// <summary>The files in order, each with the name that a form gives it.</summary>
    public IList<(string? Name, byte[] Content)> Files { get; } = [];

    /// <summary>The columns as <c>name: TYPE</c>; null where an error is expected.</summary>
    public IReadOnlyList<string>? Columns { get; set; }

    /// <summary>The query whose rows are compared; it names the dataset <c>{name}</c>.</summary>
    public string Sql { get; set; } = "SELECT * FROM {name}";

    /// <summary>The rows of that query, a JSON array each; null where an error is expected.</summary>
    public IReadOnlyList<JsonElement>? Rows { get; set; }

    /// <summary>Words of each note, in order. There are no others.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];

    /// <summary>The rows that are left out: line, words of the reason, and the text where it matters. There are no others.</summary>
    public IReadOnlyList<JsonElement> Skipped { get; set; } = [];

    /// <summary>Members of the answer.</summary>
    public IReadOnlyList<JsonProperty> Answer { get; set; } = [];

    /// <summary>Members of the decision about a column, each with its name.</summary>
    public IReadOnlyList<JsonElement> Decided { get; set; } = [];

    /// <summary>The expected error; null where rows are.</summary>
    public IngestCaseError? Error { get; set; }

    /// <summary>Where it stands.</summary>
    public string Place => $"{File}.cases:{Line}";

    /// <summary>The dataset that it makes.</summary>
    public string Dataset => $"{File.Replace('-', '_')}_{Line}";
}

/// <summary>The error that a case expects.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Code">The stable code.</param>
/// <param name="Line">The line; null where it does not matter.</param>
/// <param name="Column">The column; null where it does not matter.</param>
/// <param name="Words">What the detail holds.</param>
public sealed record IngestCaseError(int Status, string Code, long? Line, long? Column, IReadOnlyList<string> Words);
