// The program of `make run`: a method that is called often enough to be compiled, and a result that
// shows when a profiler changed it.
using System;

class Program
{
    static int Square(int n)
    {
        return n * n;
    }

    static long SumOfSquares(int count)
    {
        long sum = 0;
        for (int i = 1; i <= count; i++)
            sum += Square(i);
        return sum;
    }

    static int Main(string[] args)
    {
        Console.WriteLine("Square(7) is {0}", Square(7));
        Console.WriteLine("1 + 4 + 9 + ... + 1000000 is {0}", SumOfSquares(1000));
        return 0;
    }
}
