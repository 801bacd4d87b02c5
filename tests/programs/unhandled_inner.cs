// An unhandled exception with a cause: both are reported.
using System;

class Program
{
    static void Cause() { throw new ArgumentException("the cause"); }

    static void Effect()
    {
        try { Cause(); }
        catch (Exception e) { throw new InvalidOperationException("the effect", e); }
    }

    static void Main()
    {
        Console.WriteLine("before");
        Effect();
    }
}
