// Loops that get hot while they run, with many kinds of operations, checked against formulas.
using System;

class Program
{
    static int a, b;
    int field;

    static long Sum(int n)
    {
        long s = 0;
        for (int i = 1; i <= n; i++)
            s += i;
        return s;
    }

    static uint Lcg(int n)
    {
        uint x = 1;
        while (n-- > 0)
            x = x * 1664525 + 1013904223;
        return x;
    }

    static int Statics(int n)
    {
        a = 0;
        b = 1;
        for (int i = 0; i < n; i++)
        {
            int t = a + b;
            a = b;
            b = t;
        }
        return a;
    }

    int Fields(int n)
    {
        for (int i = 0; i < n; i++)
        {
            field += i & 3;
            if (field > 1000)
                field -= 1000;
        }
        return field;
    }

    static double Newton(double v, int n)
    {
        double x = v;
        for (int i = 0; i < n; i++)
            x = (x + v / x) / 2;
        return x;
    }

    static int Rotate(int n)
    {
        int p = 1, q = 2, r = 3, last = 0;
        for (int i = 0; i < n; i++)
        {
            last = p;
            p = q;
            q = r;
            r = last ^ i;
        }
        return p * 31 + q * 7 + r + last;
    }

    static int Primes(int limit)
    {
        int count = 0;
        for (int i = 2; i < limit; i++)
        {
            bool prime = true;
            for (int d = 2; d * d <= i; d++)
                if (i % d == 0)
                {
                    prime = false;
                    break;
                }
            if (prime)
                count++;
        }
        return count;
    }

    static ulong Mix(int n)
    {
        ulong h = 14695981039346656037;
        for (int i = 0; i < n; i++)
        {
            byte v = (byte)(i * 7);
            short w = (short)(i << 9);
            h = (h ^ v) * 1099511628211;
            h += (ulong)(long)w >> 3;
            h = h << 13 | h >> 51;
        }
        return h;
    }

    static int Switches(int n)
    {
        int state = 0, steps = 0;
        for (int i = 0; i < n; i++)
        {
            switch (state)
            {
                case 0: state = i % 2 == 0 ? 1 : 2; break;
                case 1: state = 3; steps++; break;
                case 2: state = 0; steps += 2; break;
                case 3: state = i % 5; break;
                default: state = 0; steps += 3; break;
            }
        }
        return steps * 10 + state;
    }

    static void Main()
    {
        Console.WriteLine(Sum(100000));
        Console.WriteLine(Lcg(100000));
        Console.WriteLine(Statics(5000));
        Program p = new Program();
        Console.WriteLine(p.Fields(20000));
        Console.WriteLine(p.Fields(20000));
        Console.WriteLine((long)(Newton(2, 2000) * 1e12));
        Console.WriteLine(Rotate(10007));
        Console.WriteLine(Primes(5000));
        Console.WriteLine(Mix(30000));
        Console.WriteLine(Switches(30000));
        int total = 0;
        for (int i = 0; i < 1000; i++)
            for (int j = 0; j < 50; j++)
                total += (i ^ j) & 7;
        Console.WriteLine(total);
    }
}
