namespace Lakehouse.Vector;

/// <summary>How the vectors of an index were searched.</summary>
public enum SearchWay
{
    /// <summary>Not at all: the search was by keywords only.</summary>
    None,

    /// <summary>By a walk over the graph, which finds the nearest items nearly always.</summary>
    Walk,

    /// <summary>By comparing every item that the filter passes, which finds the nearest items always.</summary>
    Scan,
}
