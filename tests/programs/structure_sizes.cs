// StructLayout.Size is the size exactly, without room for the alignment of a next one: of values, in
// arrays and in native memory, unless there are references.
using System;
using System.Runtime.InteropServices;

[StructLayout(LayoutKind.Sequential, Size = 5)] struct Larger { public int X; }
[StructLayout(LayoutKind.Sequential, Size = 2)] struct Smaller { public int X; public byte Y; }
[StructLayout(LayoutKind.Sequential, Size = 13)] struct Thirteen { public long X; public byte Y; }
[StructLayout(LayoutKind.Explicit, Size = 13)] struct Explicit { [FieldOffset(0)] public long X; }
[StructLayout(LayoutKind.Explicit, Size = 153)] struct OneFlag { [FieldOffset(0)] public bool X; }
[StructLayout(LayoutKind.Sequential)] struct Padded { public long X; public byte Y; }
struct Outer { public byte A; public Larger B; public short C; }
class Fields { public byte A; public Larger B; public Larger C; public string D = "text"; }

static class Program {
    static unsafe void Main() {
        Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", sizeof(Larger), sizeof(Smaller), sizeof(Thirteen), sizeof(Explicit), sizeof(OneFlag), sizeof(Padded), sizeof(Outer));
        Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", Marshal.SizeOf(typeof(Larger)), Marshal.SizeOf(typeof(Smaller)), Marshal.SizeOf(typeof(Thirteen)),
                          Marshal.SizeOf(typeof(Explicit)), Marshal.SizeOf(typeof(OneFlag)), Marshal.SizeOf(typeof(Padded)), Marshal.SizeOf(typeof(Outer)));
        var many = new Larger[4];
        for (int i = 0; i < many.Length; i++)
            many[i].X = 0x01010101 * (i + 1);
        fixed (Larger* first = many)
            Console.WriteLine("{0} {1:x} {2:x}", (byte*)&first[1] - (byte*)first, first[2].X, many[3].X);
        object boxed = many[1];
        var fields = new Fields { A = 1, B = many[2], C = (Larger)boxed };
        GC.Collect();
        Console.WriteLine("{0:x} {1:x} {2} {3}", fields.B.X, fields.C.X, fields.D, fields.A);
        var thirteen = new Thirteen[3];
        thirteen[1].Y = 7;
        thirteen[2].X = -1;
        Thirteen copy = thirteen[1];
        Console.WriteLine("{0} {1} {2}", copy.Y, thirteen[2].X, thirteen[0].X + thirteen[0].Y);
    }
}
