namespace Lakehouse.Core.Journal;

/// <summary>Records events that an operator should know of: failures of the store, damaged objects, refused files. Thread-safe.</summary>
public interface IJournal
{
    /// <summary>Records an event. Never throws and never waits: an event for which there is no room is dropped and counted.</summary>
    /// <param name="code">A stable machine-readable name, snake_case.</param>
    /// <param name="subject">What it is about: an object key, a dataset, a bucket.</param>
    /// <param name="message">One or two sentences without a path of the host or a credential.</param>
    void Record(string code, string subject, string message);
}
