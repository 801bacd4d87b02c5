// Finalizers run on a background thread of their own, by themselves, and not at the end.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using static Collecting;

class Quick
{
    public static int Finalized;
    public static int Thread;
    public static bool Background;

    ~Quick()
    {
        Thread = System.Threading.Thread.CurrentThread.ManagedThreadId;
        Background = System.Threading.Thread.CurrentThread.IsBackground;
        Interlocked.Increment(ref Finalized);
    }
}

class Slow
{
    public static int Begun, Ended;

    ~Slow()
    {
        Begun++;
        Thread.Sleep(20);
        Ended++;
    }
}

class Busy
{
    public static object Lock = new object();
    public static int Sum;

    // Allocates, collects, and waits for a lock that the main thread holds.
    ~Busy()
    {
        var numbers = new int[1000];
        GC.Collect();
        GC.WaitForPendingFinalizers(); // returns at once
        lock (Lock)
            Sum += numbers.Length;
    }
}

class Careful
{
    public static int Caught;

    ~Careful()
    {
        try { throw new InvalidOperationException(); }
        catch (InvalidOperationException) { Caught++; }
    }
}

class Last
{
    ~Last() { Console.WriteLine("finalized at the end"); }
}

class Program
{
    static Last last;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Make(int count, Func<object> make)
    {
        for (int i = 0; i < count; i++)
            make();
    }

    static void Main()
    {
        Make(20, () => new Quick());
        Bury(50);
        GC.Collect();
        for (int i = 0; i < 1000 && Quick.Finalized < 10; i++)
            Thread.Sleep(5);
        Console.WriteLine("by themselves: {0}", Quick.Finalized >= 10);
        Console.WriteLine("another thread: {0}, background: {1}",
            Quick.Thread != Thread.CurrentThread.ManagedThreadId, Quick.Background);

        Make(10, () => new Slow());
        Bury(50);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine("waited for: {0}", Slow.Ended >= 5 && Slow.Begun == Slow.Ended);

        lock (Busy.Lock)
        {
            Make(10, () => new Busy());
            Bury(50);
            GC.Collect();
            Thread.Sleep(10);
            Console.WriteLine("kept out: {0}", Busy.Sum == 0);
        }
        GC.WaitForPendingFinalizers();
        Console.WriteLine("after: {0}", Busy.Sum >= 5000);

        Make(10, () => new Careful());
        Bury(50);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine("caught: {0}", Careful.Caught >= 5);

        // From many threads at once.
        Quick.Finalized = 0;
        var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() => {
                for (int k = 0; k < 5; k++)
                {
                    Make(50, () => new Quick());
                    Bury(50);
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            });
            threads[i].Start();
        }
        foreach (var thread in threads)
            thread.Join();
        Bury(50);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine("many: {0}", Quick.Finalized > 900);
        last = new Last();
    }
}
