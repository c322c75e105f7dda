using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Runs the files of TestData/ingest: what each ingest stores, says and refuses.</summary>
public sealed class IngestCorpusTests(IngestCorpusTests.SharedHost shared) : IClassFixture<IngestCorpusTests.SharedHost>
{
    // One spelling of a text; numbers stay as they were written.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Names { get; } = [.. IngestCaseFile.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_case_of_a_file_comes_out_as_it_says(string file)
    {
        var cases = IngestCaseFile.Read(file);
        cases.Should().NotBeEmpty();
        var faults = new List<string>();
        foreach (var one in cases)
        {
            try
            {
                await RunAsync(one);
            }
            catch (Exception error)
            {
                faults.Add($"{one.Place}: {one.Name}: {error.Message}");
            }
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {cases.Count} cases differ:\n{string.Join("\n", faults)}");
    }

    [Theory]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1]\n[2]")]
    [InlineData("--- columns\na: VARCHAR\n--- rows\n[1]")]
    [InlineData("--- columns\nb: BIGINT\n--- rows\n[1]")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1.0]")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[\"1\"]")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1]\n--- notes\na note")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1]\n--- skipped\n[2, \"a reason\"]")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1]\n--- answer\n{\"delimiter\": \";\"}")]
    [InlineData("--- columns\na: BIGINT\n--- rows\n[1]\n--- decided\n{\"name\": \"a\", \"type\": \"DOUBLE\"}")]
    [InlineData("--- error 422 csv_no_rows")]
    public async Task An_outcome_that_is_not_as_a_case_says_is_found(string expectation)
    {
        var one = IngestCaseFile.Parse("wrong", $"=== a case\n--- file\na\n1\n{expectation}\n").Single();
        var run = () => RunAsync(one);
        await run.Should().ThrowAsync<Xunit.Sdk.XunitException>();
    }

    [Theory]
    [InlineData("--- file\na\n1")]
    [InlineData("--- error 422 csv_empty")]
    [InlineData("--- file\na\n1\n--- columns\na: BIGINT")]
    [InlineData("--- file\na\n1\n--- columns\na: BIGINT\n--- rows\n[1]\n--- error 422 csv_empty")]
    [InlineData("--- file zipped\na\n1\n--- error 422 csv_empty")]
    [InlineData("--- file\na\n1\n--- error 422 csv_empty row 3")]
    [InlineData("--- file\na\n1\n--- result\n[1]")]
    [InlineData("header=true\n--- file\na\n1\n--- error 422 csv_empty")]
    public void A_case_that_is_not_understood_or_expects_nothing_is_refused(string text) =>
        FluentActions.Invoking(() => IngestCaseFile.Parse("wrong", $"=== a case\n{text}\n")).Should().Throw<InvalidDataException>();

    private async Task RunAsync(IngestCase one)
    {
        var (status, body) = await SendAsync(one);
        if (one.Error is not null)
        {
            await ShouldBeRefusedAsync(one, one.Error, status, body);
            return;
        }

        status.Should().Be(200, "{0}", body);
        var columns = body.GetProperty("columns").EnumerateArray().ToList();
        columns.Select(c => $"{c.GetProperty("name")}: {c.GetProperty("type")}").Should().Equal(one.Columns);

        // The answer, the manifest and the dataset say the same.
        Typed(body.GetProperty("manifest").GetProperty("columns")).Should().Equal(one.Columns);
        var (answered, read) = await shared.Host.SqlAsync(one.Sql.Replace("{name}", one.Dataset, StringComparison.Ordinal));
        ((int)answered).Should().Be(200, "{0}", read);
        read.GetProperty("rows").EnumerateArray().Select(Text).Should().Equal(one.Rows!.Select(Text));

        var notes = body.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!).ToList();
        notes.Should().HaveCount(one.Notes.Count, "the notes are {0}", Text(body.GetProperty("notes")));
        foreach (var (actual, expected) in notes.Zip(one.Notes))
        {
            actual.Should().ContainEquivalentOf(expected);
        }

        ShouldHaveSkipped(one, body);
        foreach (var member in one.Answer)
        {
            Text(body.GetProperty(member.Name)).Should().Be(Text(member.Value), "of '{0}'", member.Name);
        }

        foreach (var expected in one.Decided)
        {
            var column = columns.Single(c => c.GetProperty("name").GetString() == expected.GetProperty("name").GetString());
            foreach (var member in expected.EnumerateObject())
            {
                (column.TryGetProperty(member.Name, out var value) ? Text(value) : "nothing").Should().Be(Text(member.Value), "of '{0}'", Text(expected));
            }
        }
    }

    private static void ShouldHaveSkipped(IngestCase one, JsonElement body)
    {
        var skipped = body.GetProperty("skipped").EnumerateArray().ToList();
        skipped.Should().HaveCount(one.Skipped.Count, "they are {0}", Text(body.GetProperty("skipped")));
        body.GetProperty("skipped_rows").GetInt64().Should().Be(one.Skipped.Count);
        foreach (var (actual, expected) in skipped.Zip(one.Skipped))
        {
            actual.GetProperty("line").GetInt64().Should().Be(expected[0].GetInt64());
            actual.GetProperty("reason").GetString().Should().Contain(expected[1].GetString());
            if (expected.GetArrayLength() > 2)
            {
                actual.GetProperty("text").GetString().Should().Be(expected[2].GetString());
            }
        }
    }

    private async Task ShouldBeRefusedAsync(IngestCase one, IngestCaseError error, int status, JsonElement body)
    {
        (status, body.TryGetProperty("code", out var code) ? code.GetString() : null).Should().Be((error.Status, error.Code), "{0}", body);
        var place = (Number("line"), Number("column"));
        place.Should().Be((error.Line ?? place.Item1, error.Column ?? place.Item2), "{0}", body);
        foreach (var words in error.Words)
        {
            var isFile = words.StartsWith("file: ", StringComparison.Ordinal);
            body.GetProperty(isFile ? "file" : "detail").GetString().Should().Contain(isFile ? words["file: ".Length..] : words);
        }

        using var manifest = await shared.Host.Http.GetAsync($"/v1/catalog/manifest/{one.Dataset}");
        ((int)manifest.StatusCode).Should().Be(404, "nothing was registered");

        long? Number(string member) => body.TryGetProperty(member, out var value) ? value.GetInt64() : null;
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(IngestCase one)
    {
        var address = $"/v1/ingest?name={one.Dataset}" + string.Concat(one.Options.Select(o => $"&{o.Name}={Uri.EscapeDataString(o.Value)}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Content(one) };
        foreach (var (name, value) in one.Headers)
        {
            (request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value)).Should().BeTrue();
        }

        using var answer = await shared.Host.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static HttpContent Content(IngestCase one)
    {
        if (one.Files is [(null, var alone)] && one.Fields.Count == 0)
        {
            return new ByteArrayContent(alone);
        }

        var form = new MultipartFormDataContent();
        foreach (var (name, value) in one.Fields)
        {
            form.Add(new StringContent(value, Encoding.UTF8), name);
        }

        foreach (var (name, content) in one.Files)
        {
            form.Add(new ByteArrayContent(content), "file", name ?? "file.csv");
        }

        return form;
    }

    private static IEnumerable<string> Typed(JsonElement columns) =>
        columns.EnumerateArray().Select(c => $"{c.GetProperty("name")}: {c.GetProperty("type")}");

    private static string Text(JsonElement value) => JsonSerializer.Serialize(value, Plain);

    public sealed class SharedHost : IAsyncLifetime
    {
        public LakehouseHost Host { get; private set; } = null!;

        // Small segments, so that a few hundred lines are several.
        public async Task InitializeAsync() => Host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "4KiB"));

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
