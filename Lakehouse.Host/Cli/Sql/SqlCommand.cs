using System.CommandLine;

namespace Lakehouse.Host.Cli.Sql;

/// <summary><c>sql "..."</c>: a table on a terminal, CSV in a pipe.</summary>
internal static class SqlCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT-like statement; - to read it from the input" };
        var url = LakehouseClient.UrlOption();
        var command = new Command("sql", "Runs a query") { sql, url };
        command.SetAction(async (parsed, stop) =>
        {
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            var text = parsed.GetValue(sql) is { } given and not "-" ? given : await Terminal.Input.ReadToEndAsync(stop);
            using var content = JsonContent.Create(new { sql = text });
            using var response = await client.PostAsync("/v1/sql", content, null, isAsync: false, stop);
            await using var body = await response.Content.ReadAsStreamAsync(stop);
            var answer = new SqlAnswerReader(body);
            try
            {
                await using ISqlAnswerWriter writer = Terminal.IsOutputPiped
                    ? new CsvAnswerWriter(Terminal.OpenOutput())
                    : new TableAnswerWriter(Terminal.Width);
                await answer.ReadAsync(writer, stop);
            }
            catch (OutputClosedException)
            {
                // "| head" has what it wants. Closing the connection ends the query.
                return 0;
            }
            catch (IOException) // a server that ends cuts the connection in one way or another
            {
                throw new CommandException(
                    "The query failed while its rows were being sent; what was printed is not the whole answer. The server's log has the cause.");
            }

            return 0;
        });
        return command;
    }
}
