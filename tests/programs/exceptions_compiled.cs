// Exceptions that pass through hot (compiled) and cold (interpreted) methods calling each other.
using System;

class Program
{
    static int cleaned, limit;

    // No try block: can be compiled.
    static int Plain(int n)
    {
        if (n == limit)
            throw new InvalidOperationException("limit");
        return n * 2;
    }

    static int Forward(int n) { return Plain(n) + 1; }
    static long Loop(int from, int to)
    {
        long sum = 0;
        for (int i = from; i < to; i++)
            sum += Forward(i);
        return sum;
    }

    static long Guarded(int from, int to)
    {
        try { return Loop(from, to); }
        finally { cleaned++; }
    }

    static long Outer(int from, int to) { return 1 + Guarded(from, to); }

    static int Even(int n) { return n == 0 ? Fail(0) : Odd(n - 1); }
    static int Odd(int n) { return n == 0 ? Fail(1) : Even(n - 1); }
    static int Fail(int code)
    {
        if (code == 1)
            throw new ArgumentException("odd");
        throw new Exception("even");
    }

    static int Recurse(int n)
    {
        if (n == 0)
            return Plain(limit);
        try { return Recurse(n - 1); }
        finally { cleaned++; }
    }

    static int Through(Func<int, int> f, int n) { return f(n); }

    static void Main()
    {
        limit = -1;
        Console.WriteLine(Loop(0, 3000));
        Console.WriteLine(Outer(0, 3000));
        int caught = 0;
        for (int i = 0; i < 1500; i++)
        {
            limit = i % 10;
            try { Outer(0, 5); }
            catch (InvalidOperationException) { caught++; }
        }
        Console.WriteLine("{0} {1}", caught, cleaned);
        int odd = 0, even = 0;
        for (int i = 0; i < 1000; i++)
        {
            try { Even(i % 20); }
            catch (ArgumentException) { odd++; }
            catch (Exception) { even++; }
        }
        Console.WriteLine("{0} {1}", odd, even);
        cleaned = 0;
        for (int i = 0; i < 300; i++)
        {
            try { Recurse(10); }
            catch (InvalidOperationException e) when (e.Message == "limit") { caught++; }
        }
        Console.WriteLine("{0} {1}", caught, cleaned);
        limit = 5;
        for (int i = 0; i < 1000; i++)
        {
            try { caught += Through(Plain, i % 7) > 0 ? 1 : 0; }
            catch (InvalidOperationException) { caught += 1000; }
        }
        Console.WriteLine(caught);
        long total = 0;
        for (int i = 0; i < 2000; i++)
        {
            try { total += checked(int.MaxValue / 1000 * i); }
            catch (OverflowException) { total -= 1; }
        }
        Console.WriteLine(total);
    }
}
