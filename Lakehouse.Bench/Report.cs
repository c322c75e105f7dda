namespace Lakehouse.Bench;

/// <summary>Prints figures against their limits.</summary>
internal sealed class Report
{
    public bool AllHeld { get; private set; } = true;

    public void AtMost(string what, double value, double limit, string detail) => Add(what, value, limit, value <= limit, "at most", detail);

    public void AtLeast(string what, double value, double limit, string detail) => Add(what, value, limit, value >= limit, "at least", detail);

    /// <summary>Prints a figure without a limit.</summary>
    public static void Note(string what, double value, string detail) => Console.WriteLine($"       {what}: {value:0.00} -- {detail}");

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private void Add(string what, double value, double limit, bool holds, string relation, string detail)
    {
        AllHeld &= holds;
        Console.WriteLine($"{(holds ? "held  " : "MISSED")} {what}: {value:0.00} ({relation} {limit:0.00}) -- {detail}");
    }
}
