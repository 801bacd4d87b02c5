// BeginInvoke and EndInvoke: results, byref arguments, exceptions, callbacks, misuse.
using System;
using System.Runtime.Remoting.Messaging;
using System.Threading;

delegate long Sum(int a, long b, byte c);
delegate Pair Swapping(Pair pair, ref int count, out string text);
delegate int? Maybe(string text);
delegate T Same<T>(T value);

struct Pair {
    public int A;
    public string B;
    public double C;
}

static class Program {
    static Pair Swap(Pair pair, ref int count, out string text) {
        count += pair.A;
        text = pair.B + "!";
        return new Pair { A = -pair.A, B = null, C = pair.C * 2 };
    }

    static int? Parse(string text) {
        int value;
        return int.TryParse(text, out value) ? value : (int?)null;
    }

    static void Results() {
        Sum sum = (a, b, c) => a + b + c;
        IAsyncResult result = sum.BeginInvoke(-1, 1L << 40, 255, null, "state");
        Console.WriteLine(sum.EndInvoke(result));
        Console.WriteLine("{0} {1} {2}", result.IsCompleted, result.AsyncState, result.CompletedSynchronously);
        Console.WriteLine(((AsyncResult)result).AsyncDelegate == (object)sum);

        Swapping swap = Swap;
        int count = 40;
        string text = "before";
        result = swap.BeginInvoke(new Pair { A = 2, B = "b", C = 1.25 }, ref count, out text, null, null);
        Console.WriteLine("{0} {1}", count, text);
        Pair pair = swap.EndInvoke(ref count, out text, result);
        Console.WriteLine("{0} {1} {2} {3} {4}", count, text, pair.A, pair.B == null, pair.C);

        Maybe parse = Parse;
        Console.WriteLine(parse.EndInvoke(parse.BeginInvoke("12", null, null)));
        Console.WriteLine(parse.EndInvoke(parse.BeginInvoke("x", null, null)) == null);
        Same<string> same = s => s;
        Console.WriteLine(same.EndInvoke(same.BeginInvoke("generic", null, null)));
        Func<int, int> closed = new Counter().Add;
        Console.WriteLine(closed.EndInvoke(closed.BeginInvoke(3, null, null)));
    }

    class Counter {
        int total = 100;
        public int Add(int n) { return total += n; }
    }

    static void Callbacks() {
        var done = new ManualResetEvent(false);
        Func<int, int> square = n => n * n;
        AsyncCallback callback = r => {
            Console.WriteLine("{0} {1} {2}", r.IsCompleted, r.AsyncState, square.EndInvoke(r));
            done.Set();
        };
        square.BeginInvoke(12, callback, "called back");
        done.WaitOne();
        bool pooled = false;
        Action thread = () => pooled = Thread.CurrentThread.IsThreadPoolThread;
        IAsyncResult result = thread.BeginInvoke(null, null);
        result.AsyncWaitHandle.WaitOne();
        Console.WriteLine("{0} {1}", result.IsCompleted, pooled);
        thread.EndInvoke(result);
    }

    static void Misuse() {
        Action bad = () => { throw new FormatException("from the pool"); };
        IAsyncResult result = bad.BeginInvoke(null, null);
        try { bad.EndInvoke(result); } catch (FormatException e) { Console.WriteLine(e.Message); }
        try { bad.EndInvoke(result); } catch (InvalidOperationException) { Console.WriteLine("twice"); }
        Action other = () => { };
        result = other.BeginInvoke(null, null);
        try { bad.EndInvoke(result); } catch (InvalidOperationException) { Console.WriteLine("not mine"); }
        other.EndInvoke(result);
        Action both = other + bad;
        try { both.BeginInvoke(null, null); } catch (ArgumentException) { Console.WriteLine("two targets"); }
    }

    static void Main() {
        Results();
        Callbacks();
        Misuse();
        var results = new IAsyncResult[200];
        Func<int, int> slow = n => { Thread.Sleep(n % 3); return n; };
        for (int i = 0; i < results.Length; i++)
            results[i] = slow.BeginInvoke(i, null, null);
        int sum = 0;
        foreach (IAsyncResult r in results)
            sum += slow.EndInvoke(r);
        Console.WriteLine(sum);
    }
}
