namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>A memory that playbooks are made of.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Task">The task.</param>
/// <param name="Steps">The steps, in their order.</param>
/// <param name="Outcome">How well it went; null where that is not known.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Datasets">The datasets that it used.</param>
/// <param name="At">When it happened, as the dataset writes it, which sorts.</param>
internal sealed record Source(
    string Id, string Task, IReadOnlyList<Step> Steps, double? Outcome, IReadOnlyList<string> Tags, IReadOnlyList<string> Datasets, string At)
{
    /// <summary>From which outcome on it succeeded.</summary>
    public const double Success = 0.5;

    public bool HasSucceeded => Outcome >= Success;

    public bool HasFailed => Outcome < Success;
}
