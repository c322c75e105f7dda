using Lakehouse.Isolation;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit.Sql;

/// <summary>
/// What a thread can still do after it has given up access to files. Each test restricts a new thread; the rest of the process keeps its rights.
/// </summary>
public sealed class ConfinementTests
{
    [Fact]
    public void A_thread_reads_what_is_named_writes_where_it_may_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var (readable, writable, foreign) = (Path.Combine(folder.Path, "r"), Path.Combine(folder.Path, "w"), Path.Combine(folder.Path, "f"));
        foreach (var path in (string[])[readable, writable, foreign])
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "file"), "content");
        }

        var seen = Run(() =>
        {
            var confinement = new Confinement();
            confinement.RestrictFiles([readable], [writable]);
            confinement.Missing.Should().BeEmpty();
            return new[]
            {
                Try(() => File.ReadAllText(Path.Combine(readable, "file"))),
                Try(() => File.ReadAllText(Path.Combine(foreign, "file"))),
                Try(() => File.ReadAllText("/etc/passwd")),
                Try(() => Write(Path.Combine(writable, "new"))),
                Try(() => Write(Path.Combine(readable, "new"))),
                Try(() => Write(Path.Combine(readable, "file"))),
                Try(() => Write(Path.Combine(foreign, "new"))),
                Try(() => string.Concat(Directory.EnumerateFiles(foreign))),
                Try(() => Remove(Path.Combine(writable, "file"))),
                Try(() => Remove(Path.Combine(readable, "file"))),
            };
        });

        seen.Should().Equal("content", "denied", "denied", "done", "denied", "denied", "denied", "denied", "done", "denied");
        File.ReadAllText(Path.Combine(foreign, "file")).Should().Be("content", "this thread has given up nothing");
    }

    private static string Try(Func<string> step)
    {
        try
        {
            return step();
        }
        catch (UnauthorizedAccessException)
        {
            return "denied";
        }
    }

    private static string Write(string path)
    {
        File.WriteAllText(path, "x");
        return "done";
    }

    private static string Remove(string path)
    {
        File.Delete(path);
        return "done";
    }

    /// <summary>Runs on a thread that ends with the test, so that no other code inherits its restrictions.</summary>
    private static T Run<T>(Func<T> step)
    {
        T? result = default;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = step();
            }
            catch (Exception thrown)
            {
                fault = thrown;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? result! : throw fault;
    }
}
