namespace Lakehouse.Isolation;

/// <summary>The process at the other end of a lane has ended, or sends what no frame is. Nothing more can be said to it.</summary>
public sealed class WorkerGoneException(string message, Exception? inner = null) : Exception(message, inner);
