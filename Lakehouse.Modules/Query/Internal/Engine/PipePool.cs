using System.Collections.Concurrent;
using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Isolation;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>Named pipes in the engine's own folder, for answers that the engine writes as files. Thread-safe.</summary>
internal sealed class PipePool
{
    private readonly ConcurrentBag<string> _free = [];
    private readonly string _folder;
    private int _count;

    /// <param name="folder">The folder.</param>
    /// <param name="count">How many are made now. A confined process cannot make more later.</param>
    public PipePool(string folder, int count)
    {
        _folder = folder;
        for (var i = 0; i < count; i++)
        {
            var path = NextPath();
            NamedPipe.Create(path);
            _free.Add(path);
        }
    }

    /// <summary>Opens a pipe that is not in use.</summary>
    /// <exception cref="LakehouseException"><c>format_unsupported</c> (<see cref="ErrorKind.InvalidInput"/>): the system has none.</exception>
    public NamedPipe Open() => !NamedPipe.IsSupported
        ? throw new LakehouseException(ErrorKind.InvalidInput, "format_unsupported", "Parquet can be had from a server on Linux only; choose another format.")
        : new NamedPipe(_free.TryTake(out var path) ? path : NextPath(), _free.Add);

    private string NextPath() => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"answer-{Interlocked.Increment(ref _count)}.pipe"));
}
