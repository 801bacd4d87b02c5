// The thread pool, tasks, async and await, parallel loops, timers, cancellation.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static void Show(string what, object value)
    {
        Console.WriteLine(what + ": " + value);
    }

    static void Pool()
    {
        var done = new CountdownEvent(100);
        int sum = 0;
        bool pool = true, background = true;
        for (int i = 0; i < 100; i++)
            ThreadPool.QueueUserWorkItem(o =>
            {
                Interlocked.Add(ref sum, (int)o);
                pool &= Thread.CurrentThread.IsThreadPoolThread;
                background &= Thread.CurrentThread.IsBackground;
                done.Signal();
            }, i);
        done.Wait();
        Show("sum", sum + " " + pool + " " + background);
        // Work that waits for other work: more workers than processors are needed.
        var gate = new ManualResetEventSlim();
        var first = Enumerable.Range(0, 12).Select(_ => Task.Run(() => gate.Wait())).ToArray();
        var last = Task.Run(() => gate.Set());
        Show("no starvation", Task.WaitAll(first, 20000) && last.Wait(1000));
        var signalled = new AutoResetEvent(false);
        var registered = new ManualResetEvent(false);
        ThreadPool.RegisterWaitForSingleObject(signalled, (state, timedOut) =>
        {
            Show("registered", state + " " + timedOut);
            registered.Set();
        }, "state", 5000, true);
        signalled.Set();
        registered.WaitOne();
    }

    static void Tasks()
    {
        var task = Task.Factory.StartNew(() => 6 * 7);
        Show("result", task.Result + " " + task.Status);
        var chain = task.ContinueWith(t => t.Result + 1).ContinueWith(t => "<" + t.Result + ">");
        Show("continued", chain.Result);
        Task failing = Task.Run(() => { throw new InvalidOperationException("oops"); });
        try
        {
            failing.Wait();
        }
        catch (AggregateException e)
        {
            Show("failed", e.InnerException.GetType() + " " + e.InnerException.Message + " " + failing.Status);
        }
        var source = new TaskCompletionSource<string>();
        Task.Run(() => source.SetResult("from a source"));
        Show("source", source.Task.Result);
        var cancel = new CancellationTokenSource();
        var endless = Task.Run(() =>
        {
            while (true)
                cancel.Token.ThrowIfCancellationRequested();
        }, cancel.Token);
        cancel.Cancel();
        try
        {
            endless.Wait();
        }
        catch (AggregateException e)
        {
            Show("cancelled", e.InnerException.GetType() + " " + endless.Status);
        }
        Show("any", Task.WaitAny(Task.Delay(10000), Task.Run(() => { })));
        Show("all", string.Join(",", Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(() => i * i))).Result));
    }

    static async Task<int> Fibonacci(int n)
    {
        if (n < 2)
            return n;
        await Task.Yield();
        int[] parts = await Task.WhenAll(Fibonacci(n - 1), Fibonacci(n - 2));
        return parts.Sum();
    }

    static async Task<string> Fails()
    {
        await Task.Delay(1);
        throw new ArgumentException("asynchronous");
    }

    static async Task Async()
    {
        Show("fibonacci", await Fibonacci(10));
        try
        {
            await Fails();
        }
        catch (ArgumentException e)
        {
            Show("caught", e.Message);
        }
        finally
        {
            Show("finally", true);
        }
        var slim = new SemaphoreSlim(1);
        int inside = 0, sum = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await slim.WaitAsync();
            inside++;
            await Task.Yield();
            sum += inside;
            inside--;
            slim.Release();
        }));
        Show("one at a time", sum);
        var local = new AsyncLocal<string>();
        local.Value = "outer";
        await Task.Run(() => { Show("flows", local.Value); local.Value = "inner"; });
        Show("stays", local.Value);
    }

    static void Loops()
    {
        long sum = 0;
        Parallel.For(0, 1000, i => Interlocked.Add(ref sum, i));
        Show("for", sum);
        var bag = new ConcurrentBag<int>();
        Parallel.ForEach(Enumerable.Range(0, 200), i => bag.Add(i * 2));
        Show("foreach", bag.Count + " " + bag.Sum());
        Show("query", Enumerable.Range(0, 1000).AsParallel().Where(i => i % 3 == 0).Select(i => (long)i).Sum());
        var map = new ConcurrentDictionary<int, int>();
        Parallel.For(0, 1000, i => map.AddOrUpdate(i % 10, 1, (k, v) => v + 1));
        Show("dictionary", string.Join(",", map.OrderBy(p => p.Key).Select(p => p.Value)));
        Parallel.Invoke(() => Interlocked.Increment(ref sum), () => Interlocked.Increment(ref sum));
        Show("invoke", sum);
        var lines = new BlockingCollection<int>(5);
        var producer = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
                lines.Add(i);
            lines.CompleteAdding();
        });
        Show("pipeline", lines.GetConsumingEnumerable().Sum());
        producer.Wait();
    }

    static void Timers()
    {
        int ticks = 0;
        var enough = new ManualResetEvent(false);
        using (new Timer(_ => { if (Interlocked.Increment(ref ticks) == 3) enough.Set(); }, null, 1, 2))
            Show("ticked", enough.WaitOne(5000));
        var source = new CancellationTokenSource(5);
        Show("cancelled after a while", source.Token.WaitHandle.WaitOne(5000));
    }

    static void Main()
    {
        Pool();
        Tasks();
        Async().Wait();
        Loops();
        Timers();
        Lazy<int> lazy = new Lazy<int>(() => 5);
        Parallel.For(0, 10, i => { int unused = lazy.Value; });
        Show("lazy", lazy.Value);
    }
}
