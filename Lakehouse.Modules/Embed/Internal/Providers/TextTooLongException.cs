namespace Lakehouse.Embed.Internal.Providers;

/// <summary>A text is too long for the model. The server does not tell which text of a batch.</summary>
/// <param name="reason">The server's message.</param>
internal sealed class TextTooLongException(string reason) : Exception(reason);
