// An exception nobody catches: no finally block runs, filters do; status 134.
using System;

class Program
{
    static bool Look(Exception e)
    {
        Console.WriteLine("filter sees {0}", e.Message);
        return false;
    }

    static void Thrower(int n)
    {
        try
        {
            if (n == 0)
                throw new InvalidOperationException("nobody wants this");
            Thrower(n - 1);
        }
        finally { Console.WriteLine("not run"); }
    }

    static void Main()
    {
        try
        {
            try { Thrower(2); }
            catch (Exception e) when (Look(e)) { Console.WriteLine("not run"); }
            catch (ArgumentException) { Console.WriteLine("not run"); }
        }
        finally { Console.WriteLine("not run"); }
    }
}
