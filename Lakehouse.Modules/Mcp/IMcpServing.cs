namespace Lakehouse.Mcp;

/// <summary>Speaks the Model Context Protocol over streams.</summary>
public interface IMcpServing
{
    /// <summary>Answers the messages of one client, a line each, until the input ends.</summary>
    /// <param name="input">Its messages.</param>
    /// <param name="output">Receives the answers, and nothing else.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ServeAsync(Stream input, Stream output, CancellationToken cancellationToken);
}
