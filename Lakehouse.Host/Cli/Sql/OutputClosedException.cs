namespace Lakehouse.Host.Cli.Sql;

/// <summary>The reader of the command's output has closed it, as <c>| head</c> does.</summary>
internal sealed class OutputClosedException(Exception cause) : Exception("The output is closed.", cause);
