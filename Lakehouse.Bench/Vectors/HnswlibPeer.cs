using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Lakehouse.Bench.Vectors;

/// <summary>hnswlib in a separate process, compiled with optimisation for this processor.</summary>
internal sealed class HnswlibPeer : IDisposable
{
    private const string Header = "/usr/include/hnswlib/hnswlib.h";

    private readonly string _folder;
    private readonly Process _process;

    private HnswlibPeer(string folder, Process process, double buildSeconds) => (_folder, _process, BuildSeconds) = (folder, process, buildSeconds);

    /// <summary>How long hnswlib took to build its index.</summary>
    public double BuildSeconds { get; }

    /// <summary>Compiles the program and builds its index. Null when there is no compiler or no header of hnswlib.</summary>
    public static HnswlibPeer? Start(string folder, float[] vectors, float[] queries, int dimension, int m, int efConstruction, int threads)
    {
        if (!File.Exists(Header) || !File.Exists("/usr/bin/g++"))
        {
            return null;
        }

        var program = Path.Combine(folder, "hnswlib_peer");
        using (var compiler = Process.Start(
                "/usr/bin/g++", ["-std=c++17", "-O3", "-march=native", "-pthread", "-o", program, Path.Combine(AppContext.BaseDirectory, "hnswlib_peer.cpp")]))
        {
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
            {
                throw new InvalidOperationException("g++ failed");
            }
        }

        var (basePath, queryPath) = (Path.Combine(folder, "base.f32"), Path.Combine(folder, "queries.f32"));
        Write(basePath, vectors);
        Write(queryPath, queries);
        var start = new ProcessStartInfo(program, [basePath, queryPath, Text(dimension), Text(m), Text(efConstruction), Text(threads)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return new HnswlibPeer(folder, process, ReadSeconds(process));
    }

    /// <summary>Answers every query on one thread.</summary>
    public (double Seconds, int[][] Found) Search(int ef, int k)
    {
        var path = Path.Combine(_folder, "found.i32");
        _process.StandardInput.WriteLine($"search {Text(ef)} {Text(k)} {path}");
        var seconds = ReadSeconds(_process);
        var found = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(path)).ToArray();
        return (seconds, [.. found.Chunk(k)]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Write(string path, float[] floats)
    {
        using var file = File.Create(path);
        foreach (var part in floats.Chunk(1 << 20))
        {
            file.Write(MemoryMarshal.AsBytes(part.AsSpan()));
        }
    }

    private static double ReadSeconds(Process process) =>
        double.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("hnswlib stopped"), CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
