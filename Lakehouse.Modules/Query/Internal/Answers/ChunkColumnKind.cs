namespace Lakehouse.Query.Internal.Answers;

/// <summary>How a column of a <see cref="QueryChunk"/> holds its values.</summary>
internal enum ChunkColumnKind : byte
{
    /// <summary>UTF-8.</summary>
    Text,

    /// <summary>Numbers of 32 bits, little-endian.</summary>
    Floats,

    /// <summary>JSON, as in docs/sql.md.</summary>
    Json,
}
