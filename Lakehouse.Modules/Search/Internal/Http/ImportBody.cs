using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Search.Internal.Http;

/// <summary>Reads the body of an import.</summary>
internal static class ImportBody
{
    public const string Form =
        "{\"dataset\":\"workers\",\"id\":\"worker_id\",\"text\":\"resume_text\",\"metadata\":[\"role\"],\"model\":\"optional\",\"follow\":false}";

    public static ImportRequest Read(JsonElement json)
    {
        var body = new JsonMembers(json);
        var request = new ImportRequest(
            body.RequiredText("dataset"),
            body.RequiredText("id"),
            body.Text("text"),
            body.Text("vector"),
            body.Texts("metadata"),
            body.FilledText("model"),
            body.Flag("follow") ?? false);
        body.Complete();
        if (request is { TextColumn: null, VectorColumn: null })
        {
            throw JsonMembers.Invalid("the body has neither \"text\", a column to be embedded, nor \"vector\", a column of vectors");
        }

        return request is { VectorColumn: not null, Model: not null }
            ? throw JsonMembers.Invalid("with \"vector\" nothing is embedded, so \"model\" has no effect; leave one of the two out")
            : request;
    }
}
