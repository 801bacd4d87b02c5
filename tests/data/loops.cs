// Loops that go on long enough for the tiered mode to take the activation over in the middle, with
// exceptions, handlers, variables of all kinds and results of all kinds. Every line it prints follows
// from the sources; Mono prints the same.
using System;

struct Triple
{
    public int A, B, C, D, E;
}

class Loops
{
    static int finallys;

    static void ThrowsOut()
    {
        try
        {
            for (int i = 0; i < 9000; i++)
            {
                if (i == 5000)
                    throw new ArgumentException("at " + i);
            }
        }
        finally
        {
            Console.WriteLine("finally " + ++finallys);
        }
    }

    static int Catches()
    {
        int sum = 0;
        int[] none = null;
        try
        {
            for (int i = 0; i < 9000; i++)
            {
                sum += i;
                if (i == 6000)
                    sum += none[i];
            }
        }
        catch (NullReferenceException)
        {
            for (int k = 0; k < 5000; k++)
                sum ^= k;
        }
        return sum;
    }

    static double Sum(double step)
    {
        double sum = 0;
        float part = 0;
        for (int i = 0; i < 8192; i++)
        {
            sum += step;
            part += 0.5f;
        }
        return sum + part;
    }

    static Triple Count(int n)
    {
        Triple t = new Triple();
        for (int i = 0; i < n; i++)
        {
            t.A++;
            t.B += i & 1;
            t.E = t.A - t.B;
        }
        return t;
    }

    static string Nested()
    {
        string last = "";
        for (int i = 0; i < 30; i++)
        {
            for (int j = 0; j < 400; j++)
            {
                if (j == i)
                    last = i + "/" + j;
            }
        }
        return last;
    }

    static void Main()
    {
        for (int i = 0; i < 2; i++)
        {
            try
            {
                ThrowsOut();
            }
            catch (ArgumentException e)
            {
                Console.WriteLine(e.Message);
            }
            Console.WriteLine(Catches());
            Console.WriteLine((int)Sum(0.25));
            Triple t = Count(7001);
            Console.WriteLine(t.A + " " + t.B + " " + t.E);
            Console.WriteLine(Nested());
        }
    }
}
