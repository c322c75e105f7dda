using System.Text.Json;
using Lakehouse.Core.Requests;
using Lakehouse.Vector;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Search.Internal.Http;

/// <summary>Writes answers. Metadata and values of columns are stored as JSON and copied unchanged.</summary>
internal static class AnswerWriter
{
    public static Task SendAsync(HttpContext context, SearchAnswer answer) => JsonAnswer.SendAsync(context, json => Write(json, answer));

    private static void Write(Utf8JsonWriter json, SearchAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("index"u8, answer.Request.Index.Value);
        json.WriteString("mode"u8, answer.Request.Mode!.Value.ToString().ToLowerInvariant());
        if (answer.Model is not null)
        {
            json.WriteString("model"u8, answer.Model);
        }

        WriteWay(json, answer);
        json.WriteNumber("candidates"u8, answer.CandidateCount);
        if (answer.Groups is { } groups)
        {
            json.WriteStartArray("groups"u8);
            foreach (var group in groups)
            {
                json.WriteStartObject();
                json.WritePropertyName("key"u8);
                json.WriteRawValue(group.Key, skipInputValidation: true);
                WriteHits(json, group.Hits, answer.Request.Columns);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
        else
        {
            WriteHits(json, answer.Hits, answer.Request.Columns);
        }

        WriteFacets(json, answer.Facets);
        json.WriteEndObject();
    }

    /// <summary>Writes which version of the dataset the answer reflects, how the vectors were searched, and what the predicate allowed.</summary>
    private static void WriteWay(Utf8JsonWriter json, SearchAnswer answer)
    {
        answer.Origin?.WriteAnswerMembers(json);
        if (answer.Way != SearchWay.None)
        {
            json.WriteString("way"u8, answer.Way.ToString().ToLowerInvariant());
        }

        if (answer.WhereVersion is { } version)
        {
            json.WriteStartObject("where"u8);
            json.WriteNumber("allowed"u8, answer.AllowedCount ?? 0);
            json.WriteNumber("version"u8, version);
            json.WriteEndObject();
        }
    }

    private static void WriteHits(Utf8JsonWriter json, IReadOnlyList<SearchHit> hits, IReadOnlyList<string> columns)
    {
        json.WriteStartArray("results"u8);
        foreach (var hit in hits)
        {
            WriteHit(json, hit, columns);
        }

        json.WriteEndArray();
    }

    private static void WriteHit(Utf8JsonWriter json, SearchHit hit, IReadOnlyList<string> columns)
    {
        var (item, score, vectorRank, distance, keywordRank, keywordScore) = hit.Hit;
        json.WriteStartObject();
        json.WriteString("id"u8, item.Id);
        json.WriteNumber("score"u8, score);
        if (vectorRank is not null)
        {
            json.WriteNumber("distance"u8, distance!.Value);
            json.WriteNumber("vector_rank"u8, vectorRank.Value);
        }

        if (keywordRank is not null)
        {
            if (keywordScore is not null)
            {
                json.WriteNumber("keyword_score"u8, keywordScore.Value);
            }

            json.WriteNumber("keyword_rank"u8, keywordRank.Value);
        }

        ItemJson.WriteContent(json, item);
        if (hit.Snippet is { } snippet)
        {
            WriteSnippet(json, snippet);
        }

        if (columns.Count > 0)
        {
            json.WritePropertyName("columns"u8);
            WriteColumns(json, columns, hit.Columns);
        }

        json.WriteEndObject();
    }

    private static void WriteSnippet(Utf8JsonWriter json, TextSnippet snippet)
    {
        json.WriteStartObject("snippet"u8);
        json.WriteString("text"u8, snippet.Text);
        json.WriteStartArray("matches"u8);
        foreach (var match in snippet.Matches)
        {
            json.WriteStartArray();
            json.WriteNumberValue(match.Start);
            json.WriteNumberValue(match.Length);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter json, IReadOnlyList<string> columns, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
        {
            json.WritePropertyName(columns[i]);
            json.WriteRawValue(values[i], skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteFacets(Utf8JsonWriter json, IReadOnlyList<SearchFacet> facets)
    {
        if (facets.Count == 0)
        {
            return;
        }

        json.WriteStartObject("facets"u8);
        foreach (var facet in facets)
        {
            json.WriteStartObject(facet.Name);
            json.WriteStartArray("values"u8);
            foreach (var (value, count) in facet.Values)
            {
                json.WriteStartObject();
                json.WritePropertyName("value"u8);
                json.WriteRawValue(value, skipInputValidation: true);
                json.WriteNumber("count"u8, count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("other"u8, facet.OtherCount);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
