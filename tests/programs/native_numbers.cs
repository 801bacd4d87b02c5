// Numbers to native code and back: all widths, truth values, many arguments, references, enums.
using System;
using System.Runtime.InteropServices;

static unsafe class Program {
    const string Lib = "interop";
    enum Small : sbyte { A = -5, B = -4 }
    enum Big : ulong { A = ulong.MaxValue - 1 }

    [DllImport(Lib)] static extern sbyte echo_i1(sbyte value);
    [DllImport(Lib)] static extern byte echo_u1(byte value);
    [DllImport(Lib)] static extern short echo_i2(short value);
    [DllImport(Lib)] static extern ushort echo_u2(ushort value);
    [DllImport(Lib)] static extern int echo_i4(int value);
    [DllImport(Lib)] static extern uint echo_u4(uint value);
    [DllImport(Lib)] static extern long echo_i8(long value);
    [DllImport(Lib)] static extern ulong echo_u8(ulong value);
    [DllImport(Lib)] static extern float echo_r4(float value);
    [DllImport(Lib)] static extern double echo_r8(double value);
    [DllImport(Lib)] static extern IntPtr echo_pointer(IntPtr value);
    [DllImport(Lib, EntryPoint = "echo_pointer")] static extern UIntPtr echo_unsigned(UIntPtr value);
    [DllImport(Lib, EntryPoint = "echo_pointer")] static extern int* echo_typed(int* value);
    [DllImport(Lib, EntryPoint = "echo_i1")] static extern Small echo_small(Small value);
    [DllImport(Lib, EntryPoint = "echo_u8")] static extern Big echo_big(Big value);
    [DllImport(Lib, EntryPoint = "echo_u2", CharSet = CharSet.Unicode)] static extern char echo_char(char value);
    [DllImport(Lib)] static extern bool echo_bool4(bool value);
    [DllImport(Lib)]
    [return: MarshalAs(UnmanagedType.I1)]
    static extern bool echo_bool1([MarshalAs(UnmanagedType.U1)] bool value);
    [DllImport(Lib)]
    [return: MarshalAs(UnmanagedType.VariantBool)]
    static extern bool echo_variant_bool([MarshalAs(UnmanagedType.VariantBool)] bool value);
    [DllImport(Lib)]
    static extern double add_all(sbyte a, double b, short c, float d, int e, double f, long g, float h, byte i,
                                 double j, ushort k, float l, uint m, double n, ulong o, double p, double q,
                                 double r, double s, sbyte t);
    [DllImport(Lib)]
    static extern void change_all(ref sbyte a, ref ushort b, ref int c, ref long d, ref float e, ref double f,
                                  ref bool truth, ref char letter,
                                  [MarshalAs(UnmanagedType.U2)] ref char wide);

    static void Main() {
        Console.WriteLine("{0} {1} {2} {3}", echo_i1(127), echo_u1(255), echo_i2(32767), echo_u2(65535));
        Console.WriteLine("{0} {1} {2} {3}", echo_i4(int.MinValue), echo_u4(uint.MaxValue), echo_i8(long.MinValue),
                          echo_u8(ulong.MaxValue));
        Console.WriteLine("{0} {1} {2}", echo_i1(-128), echo_i2(-2), echo_i4(-1));
        Console.WriteLine("{0:R} {1:R} {2}", echo_r4(1), echo_r8(1), echo_r8(double.NaN));
        Console.WriteLine("{0} {1}", echo_pointer((IntPtr)(-2)), echo_unsigned((UIntPtr)7));
        int local = 5;
        Console.WriteLine(*echo_typed(&local) + (echo_typed(null) == null ? " null" : " not null"));
        Console.WriteLine("{0} {1} {2}", echo_small(Small.A), echo_big(Big.A) == (Big)ulong.MaxValue, echo_char('€'));
        Console.WriteLine("{0} {1}", echo_bool4(true), echo_bool4(false));
        Console.WriteLine("{0} {1}", echo_bool1(true), echo_bool1(false));
        Console.WriteLine("{0} {1}", echo_variant_bool(true), echo_variant_bool(false));
        Console.WriteLine(add_all(-1, 2, -3, 4, -5, 6, -7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, -20));
        sbyte a = 100;
        ushort b = 40000;
        int c = 3;
        long d = 1L << 40;
        float e = 1;
        double f = 3;
        bool truth = false;
        char letter = 'q', wide = '€';
        change_all(ref a, ref b, ref c, ref d, ref e, ref f, ref truth, ref letter, ref wide);
        Console.WriteLine("{0} {1} {2} {3} {4} {5} {6} {7} {8}", a, b, c, d, e, f, truth, letter, (int)wide);
        int sum = 0;
        for (int i = 0; i < 2000; i++) // hot: the compiled caller, too
            sum += echo_i4(i) + echo_i1((sbyte)i);
        Console.WriteLine(sum);
    }
}
