using System.Text;
using System.Text.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Statements whose answers are wanted in a format.</summary>
public static class AnswerRequests
{
    /// <summary>The bytes of an answer, or the code and detail of its error.</summary>
    /// <param name="host">The server.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="format">A name of <see cref="AnswerReader.Formats"/>, or arrow.</param>
    /// <param name="parameters">Its parameters as JSON; null: none.</param>
    /// <param name="address">More options, after the question mark of the address.</param>
    public static async Task<(byte[] Bytes, string? Code, string? Detail)> AnswerAsync(
        this LakehouseHost host, string sql, string format, string? parameters = null, string address = "")
    {
        // The parameters as they are, so that they can be what no writer of JSON would write.
        var body = $"{{\"sql\":{JsonSerializer.Serialize(sql)},\"format\":\"{(format == "objects" ? "json" : format)}\""
            + (format == "objects" ? ",\"rows\":\"objects\"" : string.Empty)
            + (parameters is null ? string.Empty : $",\"params\":{parameters}") + "}";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await host.Http.PostAsync("/v1/sql?" + address, content);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (answer.IsSuccessStatusCode)
        {
            return (bytes, null, null);
        }

        using var problem = JsonDocument.Parse(bytes);
        return (bytes, problem.RootElement.GetProperty("code").GetString(), problem.RootElement.GetProperty("detail").GetString());
    }
}
