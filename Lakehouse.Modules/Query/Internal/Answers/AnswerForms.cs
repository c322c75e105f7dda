using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Arrow;
using Lakehouse.Query.Internal.Csv;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Exchange;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>Makes the form of an answer. A new format is an <see cref="IAnswerForm"/>, a case here, and a line of the table in <c>AnswerFormats</c>.</summary>
internal static class AnswerForms
{
    /// <summary>The form that a statement asks for; null for a format that the engine itself writes (<see cref="ParquetBody"/>).</summary>
    /// <exception cref="LakehouseException">
    /// <c>format_unsupported</c> (<see cref="ErrorKind.InvalidInput"/>): the statement has no answer in that format.
    /// </exception>
    public static IAnswerForm? For(StatementRequest request, JudgedStatement statement, HostPaths paths)
    {
        var options = new ValueOptions(request.NumbersAsText, request.Format == AnswerFormat.NdJson, statement.IsExplain ? paths : null);
        if (statement.IsExplain && request.Format is AnswerFormat.Arrow or AnswerFormat.Parquet)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "format_unsupported", "EXPLAIN answers with a text, as JSON, NDJSON, CSV or TSV; choose one of these formats.");
        }

        return request.Format switch
        {
            null => new ChunkForm(),
            AnswerFormat.Json => new JsonForm(options, hasObjects: false),
            AnswerFormat.JsonObjects => new JsonForm(options, hasObjects: true),
            AnswerFormat.NdJson => new NdJsonForm(options),
            AnswerFormat.Csv => new CsvForm(options, (byte)','),
            AnswerFormat.Tsv => new CsvForm(options, (byte)'\t'),
            AnswerFormat.Arrow => new ArrowForm(),
            AnswerFormat.Parquet => null,
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Format, "no such format"),
        };
    }
}
