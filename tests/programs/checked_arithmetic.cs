// checked: arithmetic and conversions that must not lose anything.
using System;

class Program
{
    static void Try(string what, Func<object> f)
    {
        try { Console.WriteLine("{0}: {1}", what, f()); }
        catch (OverflowException) { Console.WriteLine("{0}: overflow", what); }
    }

    static void Arithmetic(int i, long l, uint u, ulong ul)
    {
        Try("i+1", () => checked(i + 1));
        Try("i-1", () => checked(i - 1));
        Try("i*2", () => checked(i * 2));
        Try("-i", () => checked(-i));
        Try("u+1", () => checked(u + 1));
        Try("u-1", () => checked(u - 1));
        Try("u*2", () => checked(u * 2));
        Try("l+1", () => checked(l + 1));
        Try("l-1", () => checked(l - 1));
        Try("l*2", () => checked(l * 2));
        Try("l*-1", () => checked(l * -1));
        Try("ul+1", () => checked(ul + 1));
        Try("ul-1", () => checked(ul - 1));
        Try("ul*2", () => checked(ul * 2));
    }

    static void FromLong(long v)
    {
        Try("sbyte", () => checked((sbyte)v));
        Try("byte", () => checked((byte)v));
        Try("short", () => checked((short)v));
        Try("ushort", () => checked((ushort)v));
        Try("int", () => checked((int)v));
        Try("uint", () => checked((uint)v));
        Try("ulong", () => checked((ulong)v));
        Try("from ulong: sbyte", () => checked((sbyte)(ulong)v));
        ulong u = (ulong)v;
        Try("from ulong: long", () => checked((long)u));
        Try("from ulong: int", () => checked((int)u));
        Try("from ulong: ushort", () => checked((ushort)u));
    }

    static void FromInt(int v)
    {
        uint u = (uint)v;
        Try("byte", () => checked((byte)v));
        Try("sbyte", () => checked((sbyte)v));
        Try("char", () => checked((int)(char)v));
        Try("uint", () => checked((uint)v));
        Try("ulong", () => checked((ulong)v));
        Try("from uint: int", () => checked((int)u));
        Try("from uint: short", () => checked((short)u));
    }

    static void FromDouble(double v)
    {
        Try("sbyte", () => checked((sbyte)v));
        Try("byte", () => checked((byte)v));
        Try("int", () => checked((int)v));
        Try("uint", () => checked((uint)v));
        Try("long", () => checked((long)v));
        Try("ulong", () => checked((ulong)v));
    }

    static void Main()
    {
        Arithmetic(int.MaxValue, long.MaxValue, uint.MaxValue, ulong.MaxValue);
        Arithmetic(int.MinValue, long.MinValue, uint.MinValue, ulong.MinValue);
        Arithmetic(1 << 30, 1L << 62, 1u << 31, 1UL << 63);
        foreach (long v in new[] { 0, 127, 128, -128, -129, 255, 256, 65535, 65536, 1L << 31,
                                   1L << 32, -1, long.MinValue, long.MaxValue })
        {
            Console.WriteLine("from {0}", v);
            FromLong(v);
        }
        foreach (int v in new[] { 127, 128, -1, 255, 256, 65536, int.MinValue, int.MaxValue })
        {
            Console.WriteLine("from {0}", v);
            FromInt(v);
        }
        foreach (double v in new[] { 0.9, -0.9, 127.9, 128, -128.9, -129, 255.9, 2147483647.5,
                                     2147483648.0, -2147483648.9, 4294967295.5, 1e18, 1e19, 1e20,
                                     double.NaN, double.NegativeInfinity })
        {
            Console.WriteLine("from {0}", v);
            FromDouble(v);
        }
    }
}
