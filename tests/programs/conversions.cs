// Unchecked conversions between the numeric types, in range.
using System;

class Program
{
    static void FromLong(long v)
    {
        Console.WriteLine("{0} {1} {2} {3}", (sbyte)v, (byte)v, (short)v, (ushort)v);
        Console.WriteLine("{0} {1} {2}", (int)v, (uint)v, (ulong)v);
        Console.WriteLine("{0} {1}", (int)(char)v, (double)v);
    }

    static void FromInt(int v)
    {
        Console.WriteLine("{0} {1} {2} {3}", (sbyte)v, (byte)v, (short)v, (ushort)v);
        Console.WriteLine("{0} {1} {2}", (long)v, (uint)v, (ulong)v);
        Console.WriteLine("{0} {1} {2}", (float)v, (double)v, (double)(uint)v);
        Console.WriteLine("{0} {1}", (long)(uint)v, (ulong)(uint)v);
    }

    static void FromDouble(double v)
    {
        Console.WriteLine("{0} {1} {2}", (int)v, (long)v, (float)v);
        Console.WriteLine("{0} {1} {2}", (sbyte)(int)v, (short)(int)v, (byte)(int)v);
    }

    static void Unsigned()
    {
        ulong big = ulong.MaxValue, half = 1UL << 63;
        Console.WriteLine("{0} {1}", (double)big, (double)half);
        Console.WriteLine("{0} {1}", (double)(big >> 11), (double)(half + 1));
        Console.WriteLine((ulong)1.5e19);
        Console.WriteLine((ulong)9.3e18);
        Console.WriteLine((ulong)123.9);
        Console.WriteLine((uint)4000000000.7);
        Console.WriteLine((double)uint.MaxValue);
    }

    static void Floats()
    {
        float f = 16777216f;
        Console.WriteLine(f + 1 == f);
        Console.WriteLine((double)f + 1 == f);
        float third = 1f / 3;
        Console.WriteLine((double)third == 1.0 / 3);
        Console.WriteLine((float)(1.0 / 3) == third);
        Console.WriteLine((int)2147483520f);
        Console.WriteLine((long)9.2e18f);
        Console.WriteLine((float)long.MaxValue == 9223372036854775808f);
        int i = 16777217;
        Console.WriteLine((int)(float)i);
        Console.WriteLine((int)(double)i);
    }

    static void Main()
    {
        foreach (long v in new[] { 0L, 1, -1, 200, -200, 40000, 3000000000, -3000000000, 1L << 40 })
            FromLong(v);
        foreach (int v in new[] { 0, 1, -1, 200, 40000, int.MaxValue, int.MinValue })
            FromInt(v);
        foreach (double v in new[] { 0.0, 0.5, -0.5, 1.99, -1.99, 127.5, -129.5, 65536.5, 1e9 })
            FromDouble(v);
        Unsigned();
        Floats();
        Console.WriteLine((char)65);
        Console.WriteLine((int)'z');
        char c = 'a';
        c += (char)2;
        Console.WriteLine(c);
    }
}
