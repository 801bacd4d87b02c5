// [ThreadStatic] fields: each thread has its own, zero at first; initialisers set one thread's only.
using System;
using System.Reflection;
using System.Threading;

struct Pair { public int A; public string B; }

class Program
{
    [ThreadStatic] static int number = 7;
    [ThreadStatic] static string text;
    [ThreadStatic] static Pair pair;
    [ThreadStatic] static double real;
    [ThreadStatic] static byte small;
    static int shared = 3;

    static void Add(ref int place, int by) { place += by; }

    static void Main()
    {
        Console.WriteLine("{0} {1} {2} {3} {4}", number, text == null, pair.A, real, small);
        number++;
        text = "text" + number;
        pair.A = 5;
        pair.B = "b" + pair.A;
        real = 2.5;
        small = 255;
        small++;
        Add(ref number, 10);
        Add(ref pair.A, 1);
        Add(ref shared, 1);
        GC.Collect();
        Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", number, text, pair.A, pair.B, real, small, shared);
        Pair copy = pair;
        copy.A = 100;
        Console.WriteLine("{0} {1}", copy.A, pair.A);
        FieldInfo field = typeof(Program).GetField("number", BindingFlags.NonPublic | BindingFlags.Static);
        Console.WriteLine(field.GetValue(null));
        field.SetValue(null, 33);
        Console.WriteLine(number);
        int sum = 0;
        for (int i = 0; i < 10000; i++)
        {
            number = i;
            sum += number;
        }
        Console.WriteLine(sum);
        Generic<int>.Value = 1;
        Generic<string>.Value = 2;
        Console.WriteLine(Generic<int>.Value + " " + Generic<string>.Value);
        Threads();
    }

    static int right;

    static void Count(object by)
    {
        for (int i = 0; i < 20000; i++) {
            number += (int)by;
            text = "t" + number;
        }
        if (number == 20000 * (int)by && text == "t" + number)
            Interlocked.Increment(ref right);
    }

    static void Threads()
    {
        int before = number;
        var threads = new Thread[6];
        for (int i = 0; i < threads.Length; i++) {
            threads[i] = new Thread(Count);
            threads[i].Start(i + 1);
        }
        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine("{0} {1} {2}", right, number == before, text);
    }
}

class Generic<T>
{
    [ThreadStatic] public static int Value;
}
