// Methods that tests/plugins/rejit.c gives new versions, which return 100 more. Each Step is called once, and
// when it is compiled the plug-in acts.
using System;
using System.Threading;

class Holder<T>
{
    public static int Held(int n) { return n; }
}

class Program
{
    static int Value(int n) { return n; }
    static int Generic<T>(int n) { return n; }
    static int Fresh(int n) { return n; }
    static int Bad(int n) { return n; }
    static int Stormed(int n) { return n; }

    static int Running(int n)
    {
        RequestRunning();
        return n;
    }

    static int Catching(int n)
    {
        try {
            RequestCatching();
            throw new InvalidOperationException();
        } catch (InvalidOperationException) {
            return n;
        }
    }

    static int Looping(int n)
    {
        int sum = 0;
        for (int i = 0; i < 5000; i++) {
            if (i == 2500)
                RequestLooping();
            sum += n;
        }
        return sum;
    }

    static void RequestAll() { }
    static void RequestRunning() { }
    static void RequestCatching() { }
    static void RequestLooping() { }
    static void RequestBad() { }
    static void Revert() { }
    static void RequestAgain() { }
    static void StartStorm() { }
    static void EndStorm() { }

    static void Print(string when)
    {
        Console.WriteLine("{0}: {1} {2} {3}", when, Value(1), Generic<int>(2), Holder<int>.Held(3));
    }

    static int wrong;

    static void Storm()
    {
        int start = Environment.TickCount;
        for (int i = 0; i % 100 != 0 || Environment.TickCount - start < 700; i++) {
            int got = Stormed(i);
            if (got != i && got != i + 100)
                Interlocked.Increment(ref wrong);
        }
    }

    static int Main()
    {
        Print("first");
        RequestAll();
        Print("requested");
        Console.WriteLine("fresh {0}, others {1} {2}", Fresh(4), Generic<string>(5), Holder<string>.Held(6));
        Console.WriteLine("running {0} {1}", Running(1), Running(1));
        Console.WriteLine("catching {0} {1}", Catching(1), Catching(1));
        Console.WriteLine("looping {0} {1}", Looping(1), Looping(1));
        Revert();
        Print("reverted");
        RequestAgain();
        Print("again");
        Bad(1);
        RequestBad();
        try {
            Bad(1);
        } catch (InvalidProgramException) {
            Console.WriteLine("invalid");
        }
        StartStorm();
        var threads = new Thread[3];
        for (int i = 0; i < threads.Length; i++) {
            threads[i] = new Thread(Storm);
            threads[i].Start();
        }
        foreach (var thread in threads)
            thread.Join();
        EndStorm();
        Console.WriteLine("storm {0}", wrong);
        return 42;
    }
}
