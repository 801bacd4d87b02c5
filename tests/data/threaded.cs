// Threads, pool threads, exceptions, collections and finalizers at once, for tests/plugins/threads.c,
// which rewrites every method named Same to return one more.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

class Dying
{
    public static int Finalized;
    ~Dying() { Interlocked.Increment(ref Finalized); }
}

class Cell<T>
{
    public int Same(int x) { return x; }
}

class Program
{
    const int Threads = 6, Rounds = 20;
    static readonly Barrier barrier = new Barrier(Threads);
    static int caught, finallies, wrong, pooled;
    public static object kept;

    static int Same(int x) { return x; }

    static void Throw(int depth)
    {
        if (depth == 0)
            throw new InvalidOperationException("planned");
        try {
            Throw(depth - 1);
        } finally {
            Interlocked.Increment(ref finallies);
        }
    }

    static void Catch(int n)
    {
        try {
            Throw(3);
        } catch (InvalidOperationException e) when (e.Message.Length > n % 3) {
            Interlocked.Increment(ref caught);
        }
    }

    static void Allocate(int n)
    {
        var list = new List<object>();
        for (int i = 0; i < 200; i++)
            list.Add(i % 2 == 0 ? (object)new byte[i] : i.ToString());
        kept = list;
        new Dying();
        if (n % 5 == 0)
            GC.Collect();
    }

    static void Check(int got, int expected)
    {
        if (got != expected)
            Interlocked.Increment(ref wrong);
    }

    static void Work()
    {
        barrier.SignalAndWait(); // all call for the first time at once
        Check(Same(1), 2);
        Check(new Cell<int>().Same(1), 2);
        Check(new Cell<string>().Same(1), 2);
        Check(Enumerable.Range(0, 10).Where(x => x % 2 == 0).Sum(), 20); // loads System.Core
        for (int i = 0; i < Rounds; i++) {
            Catch(i);
            Allocate(i);
            Check(Same(i), i + 1);
        }
    }

    static int Main()
    {
        var threads = new Thread[Threads];
        var done = new CountdownEvent(Threads);
        for (int i = 0; i < Threads; i++) {
            threads[i] = new Thread(Work);
            if (i % 2 == 0)
                threads[i].Name = "worker " + i;
            threads[i].Start();
            ThreadPool.QueueUserWorkItem(_ => {
                Catch(0);
                Allocate(1);
                Interlocked.Increment(ref pooled);
                done.Signal();
            });
        }
        foreach (var thread in threads)
            thread.Join();
        done.Wait();
        Thread.CurrentThread.Name = "first";
        kept = null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        int expected = Threads * Rounds + Threads;
        Console.WriteLine("caught {0}, finally blocks {1}, pooled {2}, wrong {3}, finalized {4}",
                          caught == expected, finallies == 3 * expected, pooled, wrong,
                          Dying.Finalized > 0);
        return 42;
    }
}
