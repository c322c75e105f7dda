namespace Lakehouse.Access.Internal.Profiles;

/// <summary>A profile in force.</summary>
/// <param name="Stored">What it was read from.</param>
/// <param name="Caller">Who has it.</param>
/// <param name="IsConfigured">Whether it is a file of the folder or a table of the configuration, and changed there.</param>
internal sealed record LoadedProfile(StoredProfile Stored, ProfileCaller Caller, bool IsConfigured);
