namespace Lakehouse.Isolation;

/// <summary>A message of a lane. Its payload lies in the lane's own buffer and is valid until the next frame is received.</summary>
/// <param name="Kind">The kind of the message; its meaning is up to the caller.</param>
/// <param name="Payload">Its bytes.</param>
public readonly record struct Frame(byte Kind, ReadOnlyMemory<byte> Payload);
