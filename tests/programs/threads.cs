// Thread: starting, joining, arguments, states, names, priorities, and what is refused.
using System;
using System.Collections.Generic;
using System.Threading;
using static Checks;

class Program
{
    static void Refused(string what, Action action)
    {
        try
        {
            action();
            Console.WriteLine(what + ": allowed");
        }
        catch (Exception e)
        {
            Console.WriteLine(what + ": " + e.GetType() + ": " + e.Message);
        }
    }

    static void Life()
    {
        var go = new ManualResetEvent(false);
        var thread = new Thread(() => go.WaitOne());
        Show("unstarted", thread.ThreadState + " " + thread.IsAlive);
        thread.Start();
        Show("alive", thread.IsAlive);
        Show("joined in time", thread.Join(10));
        while ((thread.ThreadState & ThreadState.WaitSleepJoin) == 0)
            Thread.Sleep(1);
        Show("waiting", thread.ThreadState);
        go.Set();
        thread.Join();
        Show("stopped", thread.ThreadState + " " + thread.IsAlive + " " + thread.Join(0));
        Refused("start again", () => thread.Start());
        Refused("join before the start", () => new Thread(() => { }).Join());
        Refused("null", () => new Thread((ThreadStart)null));
        Refused("an argument too many", () => new Thread(() => { }).Start("x"));
        Refused("background when dead", () => thread.IsBackground = true);
        Refused("sleep", () => Thread.Sleep(-2));
    }

    static void Arguments()
    {
        object seen = null;
        var thread = new Thread(o => seen = o);
        thread.Start("an argument");
        thread.Join();
        Show("argument", seen);
        thread = new Thread(o => seen = o ?? "nothing", 256 * 1024);
        thread.Start();
        thread.Join();
        Show("no argument", seen);
    }

    static void Properties()
    {
        var thread = new Thread(() => { });
        Show("name", thread.Name ?? "none");
        thread.Name = "worker";
        Show("name", thread.Name);
        Refused("name again", () => thread.Name = "other");
        Show("priority", thread.Priority);
        thread.Priority = ThreadPriority.BelowNormal;
        Show("priority", thread.Priority);
        Show("background", thread.IsBackground);
        thread.IsBackground = true;
        Show("background", thread.IsBackground + " " + thread.ThreadState);
        Show("pool", thread.IsThreadPoolThread);
        Show("main", Thread.CurrentThread.ManagedThreadId + " " + Thread.CurrentThread.ThreadState);
        Thread inside = null;
        thread = new Thread(() => inside = Thread.CurrentThread);
        thread.Start();
        thread.Join();
        Show("the same object", thread == inside);
        var ids = new HashSet<int>();
        for (int i = 0; i < 10; i++)
            ids.Add(new Thread(() => { }).ManagedThreadId);
        Show("different ids", ids.Count);
    }

    static void Interrupting()
    {
        string outcome = "none";
        var thread = new Thread(() =>
        {
            try
            {
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException e)
            {
                outcome = e.Message;
            }
        });
        thread.Start();
        while ((thread.ThreadState & ThreadState.WaitSleepJoin) == 0)
            Thread.Sleep(1);
        thread.Interrupt();
        thread.Join();
        Show("interrupted", outcome.Length > 0);
        Thread.CurrentThread.Interrupt();
        Refused("interrupted before the sleep", () => Thread.Sleep(0));
        Refused("afterwards", () => Thread.Sleep(1));
    }

    static void Recursion()
    {
        int depth = 0;
        var thread = new Thread(() => depth = Deep(2000));
        thread.Start();
        thread.Join();
        Show("depth", depth);
    }

    static int Deep(int n)
    {
        return n == 0 ? 0 : 1 + Deep(n - 1);
    }

    static void Many()
    {
        int sum = 0;
        var threads = new Thread[50];
        for (int i = 0; i < threads.Length; i++)
        {
            int number = i;
            threads[i] = new Thread(() =>
            {
                var list = new List<string>();
                for (int k = 0; k < 200; k++)
                    list.Add(number + ":" + k);
                Interlocked.Add(ref sum, list.Count);
            });
        }
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Show("sum", sum);
    }

    static void Main()
    {
        Life();
        Arguments();
        Properties();
        Interrupting();
        Recursion();
        Many();
        new Thread(() =>
        {
            Thread.Sleep(30);
            Console.WriteLine("a foreground thread is waited for");
        }).Start();
        var endless = new Thread(() =>
        {
            for (;;)
            {
            }
        });
        endless.IsBackground = true;
        endless.Start();
        Console.WriteLine("Main ends");
    }
}
