// Explicit layout and packing.
using System;
using System.Runtime.InteropServices;

[StructLayout(LayoutKind.Explicit)]
struct Union
{
    [FieldOffset(0)] public int I;
    [FieldOffset(0)] public float F;
    [FieldOffset(0)] public byte B0;
    [FieldOffset(3)] public byte B3;
    [FieldOffset(4)] public short S;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct Packed { public byte A; public int B; public long C; public byte D; }

[StructLayout(LayoutKind.Sequential)]
struct Loose { public byte A; public int B; public long C; public byte D; }

[StructLayout(LayoutKind.Sequential, Size = 100)]
struct Sized { public int A; }

unsafe class Program
{
    static Union Flip(Union u) { u.B3 ^= 0x80; return u; }

    static void Main()
    {
        Union u = new Union();
        u.F = 1.0f;
        Console.WriteLine("{0} {1} {2}", u.I, u.B0, u.B3);
        u = Flip(u);
        Console.WriteLine(u.F);
        u.S = 12;
        u.I = -1;
        Console.WriteLine("{0} {1}", u.S, u.B3);
        Console.WriteLine("{0} {1}", sizeof(Union), sizeof(Packed));
        Console.WriteLine("{0} {1}", sizeof(Loose), sizeof(Sized));
        Packed p = new Packed { A = 1, B = -2, C = 1L << 50, D = 255 };
        byte* at = (byte*)&p;
        Console.WriteLine("{0} {1} {2}", *(int*)(at + 1), *(long*)(at + 5), at[13]);
        Packed[] many = new Packed[3];
        many[1] = p;
        many[2].B = many[1].B * 2;
        Console.WriteLine("{0} {1} {2}", many[1].C, many[2].B, many[0].D);
        object boxed = p;
        Console.WriteLine(((Packed)boxed).D);
        Sized s = new Sized { A = 3 };
        Sized t = s;
        t.A++;
        Console.WriteLine("{0} {1}", s.A, t.A);
    }
}
