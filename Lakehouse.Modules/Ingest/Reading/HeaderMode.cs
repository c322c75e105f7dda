namespace Lakehouse.Ingest;

/// <summary>What the first line of a CSV file is.</summary>
public enum HeaderMode
{
    /// <summary>
    /// A header, unless it looks like data, which is refused: a file without a header would lose its first row. With <see cref="ReadOptions.Columns"/>, a line
    /// that is not these names and looks like data is data.
    /// </summary>
    Auto,

    /// <summary>A header, whatever it looks like. With <see cref="ReadOptions.Columns"/>, it has to hold these names, in any order.</summary>
    True,

    /// <summary>Data. The names are those of <see cref="ReadOptions.Columns"/>, or <c>column1</c> and so on.</summary>
    False,

    /// <summary>A header whose names are replaced by those of <see cref="ReadOptions.Columns"/>.</summary>
    Names,
}
