// NaN and numbers too large for the integer they are converted to. ECMA-335 leaves the result
// open; these are the results of CoreCLR 3.1 on x64.
using System;

class Program
{
    static void Show(double d)
    {
        float f = (float)d;
        Console.WriteLine("{0}: int {1} {2}", d, (int)d, (int)f);
        Console.WriteLine("  uint {0} {1}", (uint)d, (uint)f);
        Console.WriteLine("  long {0} {1}", (long)d, (long)f);
        Console.WriteLine("  ulong {0} {1}", (ulong)d, (ulong)f);
        Console.WriteLine("  sbyte {0} byte {1}", (sbyte)d, (byte)d);
        Console.WriteLine("  short {0} ushort {1}", (short)d, (ushort)d);
    }

    static void Main()
    {
        Show(double.NaN);
        Show(double.PositiveInfinity);
        Show(double.NegativeInfinity);
        Show(3e9);
        Show(-3e9);
        Show(1e10);
        Show(9.3e18);
        Show(-9.3e18);
        Show(1e20);
        Show(-1);
        Show(-1e10);
        Show(300);
        Show(70000);
        Show(-70000);
        for (int i = 0, n = 0; i < 2000; i++)
        {
            n += (int)(double.NaN * i) < 0 ? 1 : 0;
            if (i == 1999)
                Console.WriteLine(n);
        }
    }
}
