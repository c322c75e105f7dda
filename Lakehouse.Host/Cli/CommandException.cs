using System.Net;

namespace Lakehouse.Host.Cli;

/// <summary>A command has failed; the message is for the person at the terminal.</summary>
internal sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the server has answered; null where there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The code of the server's error; null where it has said none.</summary>
    public string? Code { get; init; }
}
