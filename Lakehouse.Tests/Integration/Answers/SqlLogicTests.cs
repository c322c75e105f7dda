using System.Text.Json;
using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>Runs the files of TestData/slt in every format.</summary>
public sealed class SqlLogicTests(SqlLogicTests.SharedHost shared, ArrowClient arrow) : IClassFixture<SqlLogicTests.SharedHost>, IClassFixture<ArrowClient>
{
    public static TheoryData<string, string> Cases { get; } = CasesOf(AnswerReader.Formats);

    public static TheoryData<string, string> ArrowCases { get; } = CasesOf(["arrow"]);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_file_of_records_is_answered_as_it_says(string file, string format) =>
        RunAsync(file, format, bytes => Task.FromResult(AnswerReader.Read(format, bytes)));

    [ArrowTheory]
    [MemberData(nameof(ArrowCases))]
    public Task A_file_of_records_is_answered_as_it_says_in_Arrow(string file, string format) =>
        RunAsync(file, format, async bytes => (await arrow.ReadAsync(bytes)).Answer);

    [Theory]
    [InlineData("1", "2")]
    [InlineData("1", "NULL")]
    [InlineData("'NULL'", "NULL")]
    [InlineData("''", "NULL")]
    [InlineData("0.1", "0.10000000000000001")]
    public async Task A_wrong_value_is_found(string actual, string expected)
    {
        var records = SqlLogicFile.Parse("wrong", ["query R", $"SELECT {actual}", "----", expected]);
        var run = () => RunAsync(records, "json", bytes => Task.FromResult(AnswerReader.Read("json", bytes)));
        await run.Should().ThrowAsync<Xunit.Sdk.XunitException>();
    }

    private Task RunAsync(string file, string format, Func<byte[], Task<Answer>> readAsync) => RunAsync(SqlLogicFile.Read(file), format, readAsync);

    private async Task RunAsync(IReadOnlyList<SqlLogicRecord> records, string format, Func<byte[], Task<Answer>> readAsync)
    {
        var labelled = new Dictionary<string, IReadOnlyList<string>>();
        var faults = new List<string>();
        foreach (var record in records.Where(r => r.IsFor(format)))
        {
            try
            {
                await RunAsync(record, format, readAsync, labelled);
            }
            catch (Exception error)
            {
                faults.Add($"{record.Place}: {error.Message}");
            }
        }

        faults.Should().BeEmpty();
    }

    private async Task RunAsync(
        SqlLogicRecord record, string format, Func<byte[], Task<Answer>> readAsync, Dictionary<string, IReadOnlyList<string>> labelled)
    {
        if (record.Dataset is not null)
        {
            var (status, body) = await shared.Host.IngestAsync(record.Dataset, record.Sql);
            ((int)status).Should().Be(200, "{0}", body);
            return;
        }

        var answer = await shared.Host.AnswerAsync(record.Sql, format, record.Parameters);
        if (record.Error is not null)
        {
            answer.Code.Should().NotBeNull();
            JsonSerializer.Serialize(answer.Code + ": " + answer.Detail).Should().MatchRegex(
                new Regex(record.Error, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)));
            return;
        }

        answer.Code.Should().BeNull(answer.Detail);
        var read = await readAsync(answer.Bytes);
        if (record.Types is null)
        {
            return;
        }

        read.Columns?.Count.Should().Be(record.Types.Length);
        var rows = record.Compared(read.Rows);
        rows.Should().Equal(record.Compared(record.Rows));
        if (record.Label is not null && !labelled.TryAdd(record.Label, rows))
        {
            rows.Should().Equal(labelled[record.Label], "of the label {0}", record.Label);
        }
    }

    private static TheoryData<string, string> CasesOf(IReadOnlyList<string> formats)
    {
        var cases = new TheoryData<string, string>();
        foreach (var file in SqlLogicFile.Names)
        {
            foreach (var format in formats)
            {
                cases.Add(file, format);
            }
        }

        return cases;
    }

    public sealed class SharedHost : IAsyncLifetime
    {
        public LakehouseHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await LakehouseHost.StartAsync(("query.isolation", "process"));

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
