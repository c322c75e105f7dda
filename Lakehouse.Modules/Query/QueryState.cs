namespace Lakehouse.Query;

/// <summary>What has become of a query.</summary>
public enum QueryState
{
    /// <summary>Waits until it may run.</summary>
    Waiting,

    /// <summary>Runs, or its answer is being read.</summary>
    Running,

    /// <summary>Its answer was read to its end.</summary>
    Done,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Cancelled by <see cref="IQueryControl.Cancel"/>.</summary>
    Cancelled,

    /// <summary>Its client went away before the end of the answer.</summary>
    Abandoned,
}
