namespace Lakehouse.DuckDb;

/// <summary>An error of the engine. The message is DuckDB's own, kind, <c>LINE</c> and caret included; it can hold paths of the host.</summary>
public sealed class DuckDbException : Exception
{
    // A failed prepare has a message and no error type, so the kind is always read from the message.
    private static readonly (string Prefix, DuckDbErrorKind Kind)[] Prefixes =
    [
        ("INTERRUPT", DuckDbErrorKind.Interrupted),
        ("Out of Memory", DuckDbErrorKind.OutOfMemory),
        ("IO Error", DuckDbErrorKind.InputOutput),
        ("Invalid Error: TProtocolException", DuckDbErrorKind.InputOutput), // a Parquet file whose pages are not what its footer says
        ("Permission Error", DuckDbErrorKind.Permission),
        ("INTERNAL", DuckDbErrorKind.Engine),
        ("FATAL", DuckDbErrorKind.Engine),
    ];

    /// <summary>Creates the error from DuckDB's text.</summary>
    public DuckDbException(string message)
        : base(message)
    {
        Kind = DuckDbErrorKind.Other;
        foreach (var (prefix, kind) in Prefixes)
        {
            if (message.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                Kind = kind;
            }
        }
    }

    /// <summary>The kind, as far as callers tell them apart.</summary>
    public DuckDbErrorKind Kind { get; }
}
