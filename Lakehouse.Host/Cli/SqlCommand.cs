using System.CommandLine;

namespace Lakehouse.Host.Cli;

/// <summary><c>sql "..."</c>: a table on a terminal, CSV in a pipe.</summary>
internal static class SqlCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT-like statement" };
        var url = LakehouseClient.UrlOption();
        var command = new Command("sql", "Runs a query") { sql, url };
        command.SetAction(async (parsed, stop) =>
        {
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            using var content = JsonContent.Create(new { sql = parsed.GetValue(sql) });
            using var response = await client.PostAsync("/v1/sql", content, stop);
            await using var body = await response.Content.ReadAsStreamAsync(stop);
            var answer = new SqlAnswerReader(body);
            await using ISqlAnswerWriter writer = Terminal.IsOutputPiped ? new CsvAnswerWriter(Terminal.OpenOutput()) : new TableAnswerWriter();
            try
            {
                await answer.ReadAsync(writer, stop);
            }
            catch (HttpIOException)
            {
                throw new CommandFault("The query failed while its rows were being sent; what was printed is not the whole answer. The server's log has the cause.");
            }

            return 0;
        });
        return command;
    }
}
