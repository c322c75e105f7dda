using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Configuration;

/// <summary>The table <c>[lake]</c>: what this process is to the lake, which other processes may use too.</summary>
public sealed record LakeOptions
{
    /// <summary>Whether it only reads: it writes nothing into any bucket.</summary>
    public required bool IsReader { get; init; }

    /// <summary>Where a reader sends those who want to change something; empty where that is not said.</summary>
    public required string WriterUrl { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static LakeOptions Read(SettingsReader settings) => new()
    {
        IsReader = settings.Choice("lake", "mode", "writer", "writer", "reader") == "reader",
        WriterUrl = settings.Text("lake", "writer_url", string.Empty, "an http or https address", IsAddress),
    };

    /// <summary>The error for what would write: <c>reader_only</c> (<see cref="ErrorKind.Forbidden"/>).</summary>
    public LakehouseException ReaderOnly() => new(
        ErrorKind.Forbidden,
        "reader_only",
        "This process is a reader of the lake ([lake] mode = \"reader\") and changes nothing. Send changes to the process that writes"
            + (WriterUrl.Length > 0 ? $": {WriterUrl}" : " (lake.writer_url can name it here)."));

    /// <summary>Throws <see cref="ReaderOnly"/> in a reader.</summary>
    public void RequireWriter()
    {
        if (IsReader)
        {
            throw ReaderOnly();
        }
    }

    private static bool IsAddress(string text) => text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");
}
