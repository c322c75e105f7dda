using System.Text.Json;

namespace Lakehouse.Core.Errors;

/// <summary>
/// Metadata of an endpoint that implements the API of another program, whose clients expect errors in that API's form. Its errors are sent as
/// <c>application/json</c> in this form instead of as problem documents.
/// </summary>
public interface IProblemForm
{
    /// <summary>Writes the body of an error.</summary>
    /// <param name="json">Receives exactly one JSON value.</param>
    /// <param name="status">The HTTP status of the response.</param>
    /// <param name="code">The stable name of the error.</param>
    /// <param name="detail">The message, for a person.</param>
    void Write(Utf8JsonWriter json, int status, string code, string detail);
}
