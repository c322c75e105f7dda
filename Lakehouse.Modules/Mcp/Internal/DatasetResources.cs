using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Mcp.Internal.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Lakehouse.Mcp.Internal;

/// <summary>Datasets and views as resources, <c>lakehouse://datasets/{name}</c>: what describe_dataset tells, as JSON. Thread-safe.</summary>
internal sealed class DatasetResources(DatasetDescription description, McpOptions options)
{
    private const string Prefix = "lakehouse://datasets/";
    private const string MediaType = "application/json";
    private const int SampleRows = 5;
    private const int CompletionsMax = 100; // of the protocol

    /// <summary>The form of the addresses.</summary>
    public static ListResourceTemplatesResult Templates { get; } = new()
    {
        ResourceTemplates =
        [
            new ResourceTemplate
            {
                Name = "dataset",
                Title = "A dataset",
                UriTemplate = Prefix + "{name}",
                Description = "The columns, statistics, versions and some rows of a dataset or view",
                MimeType = MediaType,
            },
        ],
    };

    /// <summary>A page of the resources, in the order of their names.</summary>
    public ListResourcesResult List(string? cursor)
    {
        var names = Caller.Current.May(AccessAction.Read) ? description.Names() : [];
        var page = names.Order(StringComparer.Ordinal).Where(n => cursor is null || string.CompareOrdinal(n, cursor) > 0)
            .Take(options.MaxRows + 1).ToList();
        return new ListResourcesResult
        {
            Resources =
            [
                .. page.Take(options.MaxRows).Select(n => new Resource { Name = n, Uri = Prefix + Uri.EscapeDataString(n), MimeType = MediaType }),
            ],
            NextCursor = page.Count > options.MaxRows ? page[options.MaxRows - 1] : null,
        };
    }

    /// <summary>Reads a resource.</summary>
    /// <exception cref="McpProtocolException">There is none of that address.</exception>
    public async Task<ReadResourceResult> ReadAsync(string uri, CancellationToken cancellationToken)
    {
        if (!uri.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new McpProtocolException($"The address '{uri}' is not known; resources are {Prefix}NAME.", McpErrorCode.InvalidParams);
        }

        try
        {
            Caller.Current.Require(AccessAction.Read);
            var found = description.Require(Uri.UnescapeDataString(uri[Prefix.Length..]));
            var text = (await description.DescribeAsync(found, SampleRows, hasStatistics: true, cancellationToken)).ToJsonString();
            return new ReadResourceResult { Contents = [new TextResourceContents { Uri = uri, MimeType = MediaType, Text = text }] };
        }
        catch (LakehouseException error)
        {
            var code = error.Kind is ErrorKind.NotFound ? McpErrorCode.ResourceNotFound : McpErrorCode.InternalError;
            throw new McpProtocolException($"{error.Code}: {error.Message}", error, code);
        }
    }

    /// <summary>The names of datasets that begin with what was typed, for arguments that are such names.</summary>
    public CompleteResult Complete(Argument argument)
    {
        var found = argument.Name is LakePrompts.DatasetArgument && Caller.Current.May(AccessAction.Read)
            ? description.Names().Where(n => n.StartsWith(argument.Value, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToList()
            : [];
        return new CompleteResult
        {
            Completion = new Completion { Values = [.. found.Take(CompletionsMax)], Total = found.Count, HasMore = found.Count > CompletionsMax },
        };
    }
}
