namespace Lakehouse.Host.Cli.Sql;

/// <summary>Whoever reads the output of a command wants no more of it, as in <c>| head</c>.</summary>
internal sealed class OutputClosedException(Exception cause) : Exception("The output is closed.", cause);
