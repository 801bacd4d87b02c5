// Calls of many shapes for tests/plugins/hooks.c, which counts them and looks at what is passed.
using System;
using System.Threading;

struct Pair { public int A; public long B; public double C; }

class Program
{
    int seed = 40;

    static int Add(int a, int b) { return a + b; }
    static double Mix(double d, float f, long l) { return d + f + l; }
    static Pair Swap(Pair p, sbyte small) { p.A += small; return p; }
    int Plus(int n) { return seed + n; }
    static void Nothing() { }
    static string Text(string s, ref int n) { n++; return s + n; }

    static int Fail(int n)
    {
        if (n == 0)
            throw new InvalidOperationException();
        return Fail(n - 1) + 1; // never left
    }

    static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }

    static T Same<T>(T value) { return value; }

    static int Main()
    {
        int n = 1;
        Console.WriteLine("{0} {1} {2}", Add(3, 4), Mix(1.5, 2.5f, 3), new Program().Plus(2));
        Console.WriteLine(Swap(new Pair { A = 1, B = 2, C = 3 }, -3).A);
        Nothing();
        Console.WriteLine(Text("n", ref n));
        Console.WriteLine("{0} {1}", Same(5), Same("x"));
        try {
            Fail(3);
        } catch (InvalidOperationException) {
            Console.WriteLine("caught");
        }
        var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++) {
            threads[i] = new Thread(() => Fib(15));
            threads[i].Start();
        }
        foreach (var thread in threads)
            thread.Join();
        return Fib(15) == 610 ? 42 : 1;
    }
}
