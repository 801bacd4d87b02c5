// Integer arithmetic of all widths where it wraps, truncates and divides.
using System;

class Program
{
    static int Id(int v) { return v; }
    static long Id(long v) { return v; }

    static void Wrap()
    {
        int max = Id(int.MaxValue), min = Id(int.MinValue);
        Console.WriteLine(max + 1);
        Console.WriteLine(min - 1);
        Console.WriteLine(max * 2);
        Console.WriteLine(-min);
        Console.WriteLine(~Id(0));
        Console.WriteLine((uint)max + 1u);
        Console.WriteLine((uint)Id(0) - 1u);
        long lmax = Id(long.MaxValue), lmin = Id(long.MinValue);
        Console.WriteLine(lmax + 1);
        Console.WriteLine(lmin - 1);
        Console.WriteLine(lmax * 3);
        Console.WriteLine(-lmin);
        Console.WriteLine((ulong)Id(0L) - 1UL);
    }

    static void Small()
    {
        byte b = 250;
        sbyte s = 120;
        short h = 32767;
        ushort u = 65535;
        for (int i = 0; i < 10; i++) { b++; s++; }
        h++;
        u += 2;
        Console.WriteLine("{0} {1} {2} {3}", b, s, h, u);
        b = (byte)Id(-1);
        s = (sbyte)Id(200);
        h = (short)Id(40000);
        u = (ushort)Id(-40000);
        Console.WriteLine("{0} {1} {2} {3}", b, s, h, u);
        b <<= 3;
        s >>= 2;
        Console.WriteLine("{0} {1}", b, s);
    }

    static void Divide()
    {
        int[] values = { 7, -7, int.MaxValue, int.MinValue };
        int[] by = { 1, 2, -2, 3, -3, 8, 1000 };
        foreach (int v in values)
            foreach (int d in by)
                Console.WriteLine("{0} {1} {2} {3}", v, d, v / d, v % d);
        uint big = (uint)Id(-7);
        Console.WriteLine("{0} {1}", big / 3, big % 3);
        ulong huge = (ulong)Id(-7L);
        Console.WriteLine("{0} {1}", huge / 3, huge % 3);
        Console.WriteLine("{0} {1}", Id(long.MinValue) / 10, Id(long.MinValue) % 10);
        Console.WriteLine("{0} {1}", Id(-1L) / Id(2L), Id(-1L) % Id(2L));
    }

    static void Fail(string what, Func<long> f)
    {
        try { Console.WriteLine("{0} = {1}", what, f()); }
        catch (DivideByZeroException) { Console.WriteLine("{0}: division by zero", what); }
        catch (OverflowException) { Console.WriteLine("{0}: overflow", what); }
    }

    static void Main()
    {
        Wrap();
        Small();
        Divide();
        Fail("1 / 0", () => Id(1) / Id(0));
        Fail("1 % 0", () => Id(1) % Id(0));
        Fail("1u / 0", () => (uint)Id(1) / (uint)Id(0));
        Fail("1L / 0", () => Id(1L) / Id(0L));
        Fail("1UL % 0", () => (long)((ulong)Id(1L) % (ulong)Id(0L)));
        Fail("min / -1", () => Id(int.MinValue) / Id(-1));
        Fail("lmin / -1", () => Id(long.MinValue) / Id(-1L));
        Fail("max / -1", () => Id(int.MaxValue) / Id(-1));
    }
}
