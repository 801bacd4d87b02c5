// The stack of an unhandled exception that was thrown below hot (compiled) methods.
using System;

class Program
{
    static int Divide(int a, int b) { return a / b; }
    static int Middle(int n) { return Divide(1000, n) + 1; }

    static long Loop(int n)
    {
        long sum = 0;
        for (int i = n; i >= 0; i--)
            sum += Middle(i);
        return sum;
    }

    static void Main()
    {
        Console.WriteLine(Middle(3));
        Console.WriteLine(Loop(5000));
    }
}
