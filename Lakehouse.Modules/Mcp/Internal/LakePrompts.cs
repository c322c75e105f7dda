using System.Text.Json;
using Lakehouse.Mcp.Internal.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Lakehouse.Mcp.Internal;

/// <summary>Prompts that a person can start from.</summary>
internal sealed class LakePrompts(DatasetDescription description)
{
    /// <summary>The argument that is the name of a dataset.</summary>
    public const string DatasetArgument = "name";

    private const string Explore = "explore_dataset";
    private const string Answer = "answer_with_citations";
    private const string Question = "question";
    private const string Index = "index";

    /// <summary>The prompts.</summary>
    public static ListPromptsResult List { get; } = new()
    {
        Prompts =
        [
            new Prompt
            {
                Name = Explore,
                Title = "Explore a dataset",
                Description = "Look at a dataset that you do not know: what it holds, how good it is, and what could be asked of it",
                Arguments = [new PromptArgument { Name = DatasetArgument, Description = "The dataset or view", Required = true }],
            },
            new Prompt
            {
                Name = Answer,
                Title = "Answer with citations",
                Description = "Answer a question from the lake alone, with the source of each statement",
                Arguments =
                [
                    new PromptArgument { Name = Question, Description = "The question", Required = true },
                    new PromptArgument { Name = Index, Description = "The index to search; found out when not given" },
                ],
            },
        ],
    };

    /// <summary>A prompt with its arguments filled in.</summary>
    /// <exception cref="McpProtocolException">It is not known, or an argument is missing.</exception>
    public GetPromptResult Get(string name, IDictionary<string, JsonElement>? arguments) => name switch
    {
        Explore => Of("Explore a dataset", ExploreText(Required(arguments, DatasetArgument))),
        Answer => Of("Answer with citations", AnswerText(Required(arguments, Question), Find(arguments, Index))),
        _ => throw new McpProtocolException($"There is no prompt '{name}'. There are {Explore} and {Answer}.", McpErrorCode.InvalidParams),
    };

    private string ExploreText(string dataset)
    {
        try
        {
            dataset = description.Require(dataset).Name.Value;
        }
        catch (Core.Errors.LakehouseException error)
        {
            throw new McpProtocolException(error.Message, error, McpErrorCode.InvalidParams);
        }

        return $"""
            Explore the dataset "{dataset}" of the lakehouse, and tell me what I should know of it before I use it.
            1. Call describe_dataset for it. Say in a sentence what a row stands for.
            2. With query, check what could mislead: rows that are there twice, columns with many NULLs or with one value only, dates and numbers out of range,
               texts that mean "no value". Count in SQL; do not fetch rows to count them.
            3. Show the distribution of the two or three columns that matter most.
            4. End with three questions that this dataset can answer, each with its SQL, and with what it cannot answer.
            Name the version of the dataset that your numbers are of.
            """;
    }

    private static string AnswerText(string question, string? index) => $"""
        Answer this question from the lakehouse alone: {question}
        {(index is null ? "Call list_indexes and list_datasets to see where the answer may be." : $"Search the index \"{index}\" first.")}
        For facts in texts call search, with several wordings if the first finds little; for counts, sums and comparisons call query. After each statement give
        its source in brackets: the id of the result with the name of its index, or the SQL with the dataset and its version. Say what you did not find; do not
        fill gaps with what you know from elsewhere. When sources contradict each other, show both.
        """;

    private static GetPromptResult Of(string description, string text) => new()
    {
        Description = description,
        Messages = [new PromptMessage { Role = Role.User, Content = new TextContentBlock { Text = text } }],
    };

    private static string Required(IDictionary<string, JsonElement>? arguments, string name) =>
        Find(arguments, name) ?? throw new McpProtocolException($"The prompt needs the argument '{name}'.", McpErrorCode.InvalidParams);

    private static string? Find(IDictionary<string, JsonElement>? arguments, string name) =>
        arguments is not null && arguments.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;
}
