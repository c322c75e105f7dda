using System.Text.Json;

namespace Lakehouse.Core.Errors;

/// <summary>
/// Metadata of an endpoint whose clients expect errors in a form of their own, for it speaks the API of another program. Its errors are
/// <c>application/json</c> of this form instead of problem documents.
/// </summary>
public interface IProblemForm
{
    /// <summary>Writes the body of an error.</summary>
    /// <param name="json">Takes one value.</param>
    /// <param name="status">The HTTP status, which stays as it is.</param>
    /// <param name="code">The stable name of the error.</param>
    /// <param name="detail">Its words.</param>
    void Write(Utf8JsonWriter json, int status, string code, string detail);
}
