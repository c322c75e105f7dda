namespace Lakehouse.Memory;

/// <summary>A space.</summary>
/// <param name="Space">Its name.</param>
/// <param name="Dataset">Its dataset, which is also the name of its index.</param>
/// <param name="Version">The dataset's version.</param>
/// <param name="Memories">How many it has.</param>
/// <param name="Indexed">How many its index has.</param>
/// <param name="UpdatedAt">When it changed last, UTC.</param>
public sealed record SpaceInfo(string Space, string Dataset, long Version, long Memories, long Indexed, DateTimeOffset UpdatedAt);
