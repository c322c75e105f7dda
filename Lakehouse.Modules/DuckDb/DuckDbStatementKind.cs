namespace Lakehouse.DuckDb;

/// <summary>What a statement is, numbered as <c>duckdb_statement_type</c> in duckdb.h. Only the kinds that callers tell apart are named.</summary>
public enum DuckDbStatementKind
{
    /// <summary>Not a statement.</summary>
    Invalid = 0,

    /// <summary>A query; also what DESCRIBE, SHOW, SUMMARIZE and some pragmas are rewritten to.</summary>
    Select = 1,

    /// <summary>EXPLAIN, and EXPLAIN ANALYZE of anything, which executes it.</summary>
    Explain = 4,
}
