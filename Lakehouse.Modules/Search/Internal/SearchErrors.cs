using Lakehouse.Core.Errors;
using Lakehouse.Embed;

namespace Lakehouse.Search.Internal;

/// <summary>The errors of the module.</summary>
internal static class SearchErrors
{
    public static LakehouseException Search(string reason) => new(ErrorKind.InvalidInput, "invalid_search", $"The search is refused: {reason}.");

    public static LakehouseException Import(string reason) => new(ErrorKind.InvalidInput, "invalid_import", $"The import is refused: {reason}.");

    /// <summary>A text that is searched for is too long for a model. The embedder's own error advises what only its own endpoints can do.</summary>
    /// <param name="options">The models.</param>
    /// <param name="name">The model; null for the default one.</param>
    /// <param name="advice">What to do, a sentence.</param>
    /// <param name="inner">The embedder's error.</param>
    public static LakehouseException TextTooLong(EmbedOptions options, string? name, string advice, LakehouseException inner)
    {
        // A model without a table has the limits of the default model.
        var model = name is null ? options.Default : options.Models.GetValueOrDefault(name) ?? options.Default;
        return new LakehouseException(
            ErrorKind.InvalidInput,
            "text_too_long",
            $"A text is too long for the model '{name ?? model.Name}', which takes at most {model.MaxTextBytes} bytes of UTF-8 (max_text_bytes), or less when "
            + $"its own limit of tokens is lower. {advice}",
            inner);
    }

    /// <summary>The first name that a list has twice; null when there is none.</summary>
    public static string? FindRepeated(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !seen.Add(name));
    }

    public static LakehouseException Conflict(string code, string message) => new(ErrorKind.Conflict, code, message);

    public static LakehouseException DatasetNotFound(string name) =>
        new(ErrorKind.NotFound, "dataset_not_found", $"There is no dataset '{name}'. GET /v1/catalog/list names those there are.");

    public static LakehouseException ImportNotFound(string index) =>
        new(ErrorKind.NotFound, "import_not_found", $"Nothing was imported into the index '{index}', or it was detached.");
}
