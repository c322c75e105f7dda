namespace Lakehouse.Isolation;

/// <summary>A message of a lane. Its payload lies in the lane's own buffer: it lasts until the next one is received.</summary>
/// <param name="Kind">What it is; the meaning is the caller's.</param>
/// <param name="Payload">Its bytes.</param>
public readonly record struct Frame(byte Kind, ReadOnlyMemory<byte> Payload);
