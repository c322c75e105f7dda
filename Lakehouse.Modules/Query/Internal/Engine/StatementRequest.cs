using Lakehouse.Query.Internal.Answers;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>A statement to be run.</summary>
/// <param name="Sql">Its text, not judged yet.</param>
/// <param name="MaxSqlBytes">The longest text.</param>
/// <param name="MaxRows">The most rows; 0: no limit.</param>
/// <param name="Form">The form of its answer.</param>
internal sealed record StatementRequest(string Sql, int MaxSqlBytes, long MaxRows, AnswerForm Form);
