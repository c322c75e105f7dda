namespace Lakehouse.Host.Cli;

/// <summary>A command cannot do what it was asked; the message is for the person at the terminal.</summary>
internal sealed class CommandException(string message) : Exception(message);
