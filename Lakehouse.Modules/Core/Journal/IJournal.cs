namespace Lakehouse.Core.Journal;

/// <summary>Keeps what a person should know of after the fact: failures of the store, damaged objects, refused files. Thread-safe.</summary>
public interface IJournal
{
    /// <summary>Notes something. Never throws, and never waits: what cannot be kept is counted and left out.</summary>
    /// <param name="code">A stable machine-readable name, snake_case.</param>
    /// <param name="subject">What it is about: an object key, a dataset, a bucket.</param>
    /// <param name="message">One or two sentences without a path of the host or a credential.</param>
    void Record(string code, string subject, string message);
}
