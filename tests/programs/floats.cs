// Floating-point arithmetic and comparison, with NaN, infinities and zeros.
using System;

class Program
{
    static void Compare(double a, double b)
    {
        Console.WriteLine("{0} {1}: {2} {3} {4}", a, b, a < b, a <= b, a == b);
        Console.WriteLine("  {0} {1} {2}", a > b, a >= b, a != b);
        Console.WriteLine("  {0} {1} {2}", !(a < b), !(a >= b), !(a == b));
        string s = "";
        if (a < b) s += "<";
        if (a <= b) s += "L";
        if (a > b) s += ">";
        if (a >= b) s += "G";
        if (a == b) s += "=";
        if (a != b) s += "!";
        if (!(a < b)) s += "n";
        if (!(a > b)) s += "m";
        Console.WriteLine(s);
    }

    static void CompareFloat(float a, float b)
    {
        int s = 0;
        if (a < b) s += 1;
        if (a > b) s += 10;
        if (a == b) s += 100;
        if (!(a <= b)) s += 1000;
        Console.WriteLine(s);
    }

    static void Main()
    {
        double[] values = { 0, 1.5, -2.25, double.NaN, double.PositiveInfinity };
        foreach (double a in values)
            foreach (double b in values)
                Compare(a, b);
        CompareFloat(1, 2);
        CompareFloat(float.NaN, 2);
        CompareFloat(float.NaN, float.NaN);
        double zero = 0, one = 1;
        Console.WriteLine("{0} {1} {2}", one / zero, -one / zero, zero / zero);
        Console.WriteLine(one / -zero);
        Console.WriteLine("{0} {1} {2}", 7.5 % 2, -7.5 % 2, 7.5 % -2);
        Console.WriteLine("{0} {1}", one % zero, 5 % double.PositiveInfinity);
        Console.WriteLine(0.1 + 0.2 == 0.3);
        Console.WriteLine(0.1f + 0.2f == 0.3f);
        float f = 0;
        for (int i = 0; i < 1000; i++)
            f += 0.1f;
        Console.WriteLine(f > 99.9 && f < 100.1);
        Console.WriteLine(f == 100);
        double pi = 0;
        for (int k = 0; k < 100000; k++)
            pi += (k % 2 == 0 ? 4.0 : -4.0) / (2 * k + 1);
        Console.WriteLine((long)(pi * 1e8));
        Console.WriteLine(double.MaxValue * 2);
        Console.WriteLine(double.Epsilon / 2 == 0);
        Console.WriteLine(-double.MaxValue);
    }
}
