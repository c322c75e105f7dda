using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Lakehouse.Isolation;

/// <summary>
/// Starts processes on a thread of its own, one at a time. The kernel kills a worker when the thread that started it ends, so that thread must live as long as
/// this process. One at a time, so that no worker inherits the descriptors of another.
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
