namespace Lakehouse.Query;

/// <summary>The formats of an answer. docs/sql.md describes how each writes every type.</summary>
public enum AnswerFormat : byte
{
    /// <summary><c>{"columns":[...],"rows":[[...]],"row_count":N}</c>.</summary>
    Json,

    /// <summary>As <see cref="Json"/>, with an object for each row.</summary>
    JsonObjects,

    /// <summary>An object for each row, each on its own line; the last line is <c>{"end":{...}}</c> or <c>{"error":{...}}</c>.</summary>
    NdJson,

    /// <summary>Comma-separated values (RFC 4180), with a line of names.</summary>
    Csv,

    /// <summary>As <see cref="Csv"/>, separated by tabs.</summary>
    Tsv,

    /// <summary>A stream of Apache Arrow's interprocess format.</summary>
    Arrow,

    /// <summary>An Apache Parquet file.</summary>
    Parquet,
}
