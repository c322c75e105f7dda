using System.Runtime.InteropServices;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// The reading end of a named pipe, through which native code that can only write files hands over bytes without a file. Not thread-safe, except for
/// <see cref="EndWriting"/>.
/// </summary>
public sealed class NamedPipe : IDisposable
{
    private const int CapacityBytes = 1024 * 1024;
    private const int WaitMs = 50;
    private const uint OwnerOnly = 0x180; // 0600

    private readonly Action<string>? _closed;
    private readonly ManualResetEventSlim _isEnded = new();
    private int _descriptor;

    /// <summary>Whether this system has such pipes.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Opens the pipe at a path. It is made if it is not there.</summary>
    /// <param name="path">The path.</param>
    /// <param name="closed">Called with the path when it is closed and can be opened again.</param>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public NamedPipe(string path, Action<string>? closed = null)
    {
        (Path, _closed) = (path, closed);
        Create(path);

        // Without waiting for a writer. There may never be one.
        _descriptor = Libc.open(path, Libc.NonBlocking | Libc.CloseOnExec);
        if (_descriptor < 0)
        {
            throw new IOException($"a pipe cannot be opened: {Libc.Error("open").Message}");
        }

        _ = Libc.fcntl(_descriptor, Libc.SetPipeSize, CapacityBytes); // only a wish: the system bounds it
    }

    /// <summary>Where writers find it.</summary>
    public string Path { get; }

    /// <summary>Makes a pipe, unless there is one.</summary>
    public static void Create(string path)
    {
        if (!File.Exists(path) && Libc.mkfifo(path, OwnerOnly) != 0)
        {
            throw new IOException($"a pipe cannot be made: {Libc.Error("mkfifo").Message}");
        }
    }

    /// <summary>Reads what is there, and waits until something is.</summary>
    /// <returns>The number of bytes; 0 after the last ones, when <see cref="EndWriting"/> was called.</returns>
    public unsafe int Read(Span<byte> buffer)
    {
        while (true)
        {
            var isEnded = _isEnded.IsSet;
            fixed (byte* bytes = buffer)
            {
                var count = Libc.read(_descriptor, bytes, (nuint)buffer.Length);
                if (count > 0)
                {
                    return (int)count;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() is not (Libc.TryAgain or Libc.Interrupted))
                {
                    throw new IOException($"a pipe cannot be read: {Libc.Error("read").Message}");
                }

                // After an error the engine keeps the file open for a while, so the end of the pipe itself does not tell.
                if (isEnded)
                {
                    return 0;
                }
            }

            // Before the first writer and after the last one there is nothing to wait for but the end.
            var wait = new Libc.Poll { Descriptor = _descriptor, Events = Libc.PollIn };
            if (Libc.poll(&wait, 1, WaitMs) > 0 && (wait.Results & Libc.PollIn) == 0)
            {
                _isEnded.Wait(WaitMs);
            }
        }
    }

    /// <summary>Called when nobody will write any more.</summary>
    public void EndWriting()
    {
        _isEnded.Set();

        // Wakes a reader that waits for a first writer.
        var writer = Libc.open(Path, Libc.WriteOnly | Libc.NonBlocking | Libc.CloseOnExec);
        if (writer >= 0)
        {
            _ = Libc.close(writer);
        }
    }

    /// <summary>Closes it. A writer that still writes fails. Its path is free when no writer has it open any more, so writers must have ended before.</summary>
    public void Dispose()
    {
        StopReading();
        _closed?.Invoke(Path);
        _isEnded.Dispose();
    }

    /// <summary>Makes writers fail that still write.</summary>
    public void StopReading()
    {
        if (_descriptor >= 0)
        {
            _ = Libc.close(_descriptor);
            _descriptor = -1;
        }
    }
}
