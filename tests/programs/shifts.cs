// Shifts of all widths; the count is masked to the width.
using System;

class Program
{
    static int[] Counts = { 0, 1, 7, 31, 32, 33, 63, 64, 65, -1, -31 };

    static void Variable()
    {
        foreach (int n in Counts)
        {
            int i = -123456789;
            uint u = 0x89ABCDEF;
            long l = -1234567890123456789;
            ulong ul = 0x89ABCDEF01234567;
            Console.WriteLine("{0}: {1} {2} {3}", n, i << n, i >> n, u >> n);
            Console.WriteLine("{0}: {1} {2} {3}", n, l << n, l >> n, ul >> n);
        }
    }

    static void Constant(int i, long l)
    {
        Console.WriteLine("{0} {1} {2}", i << 1, i << 31, i << 5);
        Console.WriteLine("{0} {1} {2}", i >> 1, i >> 31, i >> 5);
        Console.WriteLine("{0} {1} {2}", (uint)i >> 1, (uint)i >> 31, (uint)i >> 5);
        Console.WriteLine("{0} {1} {2}", l << 1, l << 63, l << 40);
        Console.WriteLine("{0} {1} {2}", l >> 1, l >> 63, l >> 40);
        Console.WriteLine("{0} {1} {2}", (ulong)l >> 1, (ulong)l >> 63, (ulong)l >> 40);
    }

    static uint Rotate(uint v, int n)
    {
        return v << n | v >> 32 - n;
    }

    static int CountBits(ulong v)
    {
        int n = 0;
        for (; v != 0; v &= v - 1)
            n++;
        return n;
    }

    static void Main()
    {
        Variable();
        Constant(-77777, -7777777777777);
        Constant(int.MaxValue, long.MaxValue);
        uint r = 0x12345678;
        for (int i = 0; i < 32; i += 5)
            Console.WriteLine(Rotate(r, i));
        Console.WriteLine(CountBits(ulong.MaxValue));
        Console.WriteLine(CountBits(0x5555555500000001));
        byte b = 0xF0;
        sbyte s = -16;
        Console.WriteLine("{0} {1} {2} {3}", b << 4, b >> 4, s << 4, s >> 4);
        Console.WriteLine("{0} {1} {2}", 0xFF00 & 0x0FF0, 0xFF00 | 0x0FF0, 0xFF00 ^ 0x0FF0);
    }
}
