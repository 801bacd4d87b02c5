// What each operation of Interlocked returns: the new value, or the old one.
using System;
using System.Threading;

class Program
{
    static void Main()
    {
        int i = 5;
        long l = 1L << 40;
        Console.WriteLine("{0} {1}", Interlocked.Add(ref i, 10), i);
        Console.WriteLine("{0} {1}", Interlocked.Add(ref l, -1), l);
        Console.WriteLine("{0} {1}", Interlocked.Increment(ref i), Interlocked.Decrement(ref i));
        Console.WriteLine("{0} {1}", Interlocked.Increment(ref l), Interlocked.Decrement(ref l));
        Console.WriteLine("{0} {1}", Interlocked.Exchange(ref i, 1), i);
        Console.WriteLine("{0} {1}", Interlocked.Exchange(ref l, 2), l);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref i, 7, 1), i);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref i, 8, 1), i);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref l, 7, 2), Interlocked.Read(ref l));

        string text = "a", other = "b";
        Console.WriteLine("{0} {1}", Interlocked.Exchange(ref text, other), text);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref text, "c", "x"), text);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref text, null, other), text ?? "null");
        double d = 1.5;
        Console.WriteLine("{0} {1}", Interlocked.Exchange(ref d, 2.5), d);
        Console.WriteLine("{0} {1}", Interlocked.CompareExchange(ref d, 3.5, 2.5), d);
        IntPtr p = new IntPtr(3);
        Console.WriteLine("{0} {1}", Interlocked.Exchange(ref p, new IntPtr(4)), p);
        for (int n = 0; n < 2000; n++)
            Interlocked.Add(ref l, n);
        Console.WriteLine(l);
    }
}
