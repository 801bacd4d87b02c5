// Endless recursion ends the program: no handler, no finally block.
using System;

class Program
{
    static int depth;

    static int Endless(int n)
    {
        depth++;
        return Endless(n + 1) + 1;
    }

    static void Main()
    {
        Console.WriteLine("before");
        try { Console.WriteLine(Endless(0)); }
        catch (Exception) { Console.WriteLine("not run"); }
        finally { Console.WriteLine("not run"); }
    }
}
