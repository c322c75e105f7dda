namespace Lakehouse.Embed.Internal.Providers;

/// <summary>A text is beyond the model's length. Its server does not say which of a batch.</summary>
/// <param name="reason">The server's words.</param>
internal sealed class TextTooLongException(string reason) : Exception(reason);
