using System.Buffers.Text;

namespace Lakehouse.Isolation;

/// <summary>The memory of a process, from <c>/proc/PID/statm</c>.</summary>
internal static class ProcessMemory
{
    private static readonly long PageBytes = Environment.SystemPageSize;

    /// <summary>Bytes that are resident; 0 when there is no such process.</summary>
    public static long Read(int process)
    {
        Span<byte> text = stackalloc byte[128];
        int length;
        try
        {
            using var file = File.OpenHandle($"/proc/{process}/statm");
            length = RandomAccess.Read(file, text, 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        // "size resident shared text lib data dt", in pages
        var rest = text[..length];
        rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(rest, out long pages, out _) ? pages * PageBytes : 0;
    }
}
