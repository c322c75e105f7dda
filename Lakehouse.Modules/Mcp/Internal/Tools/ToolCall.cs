using Lakehouse.Core.Requests;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>A call of a tool.</summary>
/// <param name="Arguments">The arguments. A tool reads all that it knows before it does anything, and then calls <see cref="JsonMembers.Complete"/>.</param>
/// <param name="Report">Tells the client how far the call is: the part from 0 to 1, or null where that is not known, and a sentence.</param>
internal sealed record ToolCall(JsonMembers Arguments, Func<double?, string, Task> Report);
