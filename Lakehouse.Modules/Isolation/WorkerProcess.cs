using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// A process that works for this one and may end at any time. It inherits its lanes, its blocks and the few environment variables that it needs, and no other
/// open file. Linux only. Thread-safe.
/// </summary>
public sealed class WorkerProcess : IDisposable
{
    private const int ErrorLinesMax = 40;

    private readonly Process _process;
    private readonly SharedBlocks _blocks;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _errors = [];
    private MemoryCgroup? _memory;

    private WorkerProcess(Process process, SharedBlocks blocks, IReadOnlyList<ServerLane> lanes) => (_process, _blocks, Lanes) = (process, blocks, lanes);

    /// <summary>True where workers can be started.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The process id.</summary>
    public int Id { get; private set; }

    /// <summary>The lanes; the first is for control.</summary>
    public IReadOnlyList<ServerLane> Lanes { get; }

    /// <summary>Completes when the process has ended, with its exit code, or with 128 plus the signal that ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The first lines that the process wrote to its error output.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_errors)
            {
                return [.. _errors];
            }
        }
    }

    /// <summary>Starts a worker.</summary>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static WorkerProcess Start(WorkerProgram program, WorkerShape shape) => Spawner.Run(() => StartHere(program, shape));

    /// <summary>Ends the process (SIGKILL).</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    /// <summary>Makes the kernel kill the process when it takes more memory. Called before the process does any work.</summary>
    /// <returns>False where the kernel cannot; then the caller has to watch <see cref="MemoryBytes"/>.</returns>
    public bool TryLimitMemory(long limitBytes) => (_memory = MemoryCgroup.TryCreate(Id, limitBytes)) is not null;

    /// <summary>Whether the kernel ended the process because of <see cref="TryLimitMemory"/>. Known once <see cref="Exited"/> has completed.</summary>
    public bool IsOutOfMemory => _memory is { HasKilled: true };

    /// <summary>Whether the process was stopped from outside (SIGSTOP, a debugger).</summary>
    public bool IsStopped
    {
        get
        {
            try
            {
                // "PID (name) S ...": the state follows the last bracket, because a name can contain any character.
                var stat = File.ReadAllText($"/proc/{Id}/stat");
                return stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith("T", StringComparison.OrdinalIgnoreCase);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The resident memory of the process in bytes, shared memory included; 0 when it has ended.</summary>
    public long MemoryBytes() => ProcessMemory.Read(Id);

    /// <summary>Kills the process and frees what was shared with it. No lane may be used any more.</summary>
    public void Dispose()
    {
        Kill();
        foreach (var lane in Lanes)
        {
            lane.Dispose();
        }

        _memory?.Dispose();
        _process.Dispose();
        _blocks.Dispose();
    }

    private static WorkerProcess StartHere(WorkerProgram program, WorkerShape shape)
    {
        var blocks = SharedBlocks.Create(shape.BlockCount, shape.BlockBytes, out var memory);
        var (ours, theirs) = (new List<int>(), new List<int>());
        try
        {
            for (var i = 0; i < shape.LaneCount; i++)
            {
                var (own, other) = Pair();
                ours.Add(own);
                theirs.Add(other);
            }

            DescriptorFlags.CloseAllOnExec([memory, .. theirs]);
            var process = new Process { StartInfo = StartInfo(program, shape, memory, theirs), EnableRaisingEvents = true };
            var lanes = ours.Select((d, i) => new ServerLane(d, blocks, shape.FirstBlock(i), shape.BlocksOf(i), shape.FrameBytesMax)).ToList();
            ours.Clear();
            var worker = new WorkerProcess(process, blocks, lanes);
            try
            {
                worker.Launch();
            }
            catch (Win32Exception)
            {
                lanes.ForEach(l => l.Dispose());
                throw;
            }

            return worker;
        }
        catch (Win32Exception)
        {
            blocks.Dispose();
            throw;
        }
        finally
        {
            foreach (var descriptor in (IEnumerable<int>)[memory, .. ours, .. theirs])
            {
                _ = Libc.close(descriptor);
            }
        }
    }

    private static unsafe (int Own, int Other) Pair()
    {
        var pair = stackalloc int[2];
        return Libc.socketpair(Libc.UnixSockets, Libc.StreamSocket | Libc.CloseOnExec, 0, pair) == 0 ? (pair[0], pair[1]) : throw Libc.Error("socketpair");
    }

    private static ProcessStartInfo StartInfo(WorkerProgram program, WorkerShape shape, int memory, List<int> lanes)
    {
        int[] numbers = [Environment.ProcessId, memory, shape.BlocksPerLane, shape.BlockBytes, shape.FrameBytesMax];
        var start = new ProcessStartInfo(
            program.FileName,
            [
                .. program.Arguments, .. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)),
                string.Join(',', lanes.Select(l => l.ToString(CultureInfo.InvariantCulture)))
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };

        // Of this environment only the paths of the runtime and its libraries are passed on, because it may hold bucket keys and tokens.
        var kept = start.Environment.Where(v => v.Key is "LD_LIBRARY_PATH" || v.Key.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)).ToList();
        start.Environment.Clear();
        kept.ForEach(v => start.Environment.Add(v));
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    private void Launch()
    {
        _process.Exited += (_, _) => _exited.TrySetResult(_process.ExitCode);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        Id = _process.Id;
        _process.StandardInput.Close();
        _process.StandardOutput.Close();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            if (line is { Length: > 0 } && _errors.Count < ErrorLinesMax)
            {
                _errors.Add(line);
            }
        }
    }
}
