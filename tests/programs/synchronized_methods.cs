// [MethodImpl(MethodImplOptions.Synchronized)]: static, instance, generic and virtual methods; what
// they return, what they throw, and that the lock is free afterwards.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

struct Three { public long A, B, C; }

class Counter {
    int count;

    [MethodImpl(MethodImplOptions.Synchronized)]
    public int Add(int n) {
        int before = count;
        Thread.SpinWait(20);
        count = before + n;
        return count;
    }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public Three Triple(long a) {
        if (a < 0)
            return new Three { C = a };
        return new Three { A = a, B = a + 1, C = a + 2 };
    }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public virtual void Fail(Exception e) {
        try {
            throw e;
        } finally {
            Console.WriteLine("finally, locked {0}", Monitor.IsEntered(this));
        }
    }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public double Recurse(int depth) { return depth == 0 ? 0.5 : Recurse(depth - 1) + 1; }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public void Wait() { Monitor.Wait(this); }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public void Pulse() { Monitor.PulseAll(this); }

    [MethodImpl(MethodImplOptions.Synchronized)]
    public string Loop(int n) {
        string s = "";
        for (int i = 0; i < n; i++)
            if (i % 100 == 0) s += i / 100;
        return s;
    }
}

static class Shared<T> {
    [MethodImpl(MethodImplOptions.Synchronized)]
    public static bool Locked() { return Monitor.IsEntered(typeof(Shared<T>)) && !Monitor.IsEntered(typeof(Shared<object>)); }
}

static class Program {
    [MethodImpl(MethodImplOptions.Synchronized)]
    static bool Locked() { return Monitor.IsEntered(typeof(Program)); }

    static void Main() {
        var counter = new Counter();
        var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
            (threads[i] = new Thread(() => { for (int n = 0; n < 2000; n++) counter.Add(1); })).Start();
        foreach (Thread t in threads)
            t.Join();
        Console.WriteLine(counter.Add(0));
        Three three = counter.Triple(7);
        Console.WriteLine("{0} {1} {2} {3}", three.A, three.B, three.C, counter.Triple(-1).C);
        try { counter.Fail(new FormatException("thrown")); } catch (FormatException e) { Console.WriteLine(e.Message); }
        Console.WriteLine(Monitor.IsEntered(counter));
        Console.WriteLine(counter.Recurse(5));
        Console.WriteLine(counter.Loop(5000));
        Console.WriteLine("{0} {1} {2}", Locked(), Shared<string>.Locked(), Monitor.IsEntered(typeof(Program)));
        var waiter = new Thread(counter.Wait);
        waiter.Start();
        while (waiter.ThreadState != ThreadState.WaitSleepJoin)
            Thread.Sleep(1);
        counter.Pulse();
        waiter.Join();
        Console.WriteLine("pulsed");
    }
}
