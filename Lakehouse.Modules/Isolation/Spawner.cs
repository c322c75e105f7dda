using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Lakehouse.Isolation;

/// <summary>
/// The thread that starts processes, one at a time. A worker is ended by the kernel when the thread that started it ends, so that thread must live as long as
/// this process; and descriptors that one worker is to inherit must not be seen by another.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> Work = Begin();

    public static T Run<T>(Func<T> start)
    {
        T? result = default;
        ExceptionDispatchInfo? error = null;
        using var done = new ManualResetEventSlim();
        Work.Add(() =>
        {
            try
            {
                result = start();
            }
            catch (Exception thrown)
            {
                error = ExceptionDispatchInfo.Capture(thrown);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        error?.Throw();
        return result!;
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "worker spawner" }.Start();
        return work;
    }
}
