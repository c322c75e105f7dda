namespace Lakehouse.Vector;

/// <summary>How the vectors of an index were searched.</summary>
public enum SearchWay
{
    /// <summary>Not at all: keywords alone.</summary>
    None,

    /// <summary>By a walk over the graph, which nearly always finds the nearest.</summary>
    Walk,

    /// <summary>By comparing every item that the filter lets through, which always does.</summary>
    Scan,
}
