// What .NET documents of P/Invoke and Mono 6.8 does otherwise, or not at all: packed structures by value,
// truth values above 255, arrays of strings that come back, builders in pieces, replaced objects,
// arrays in structures that are too short, critical handles, combined delegates,
// HRESULTs, the names in MarshalDirectiveException.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

static class Program {
    const string Lib = "interop";
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    struct Packed { public sbyte a; public int b; public short c; }
    [StructLayout(LayoutKind.Sequential)]
    class Point { public int x, y; }
    struct Fixed { [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public int[] items; }
    class Plain { public int x; }
    class Safe : SafeHandle {
        public Safe(int value) : base(IntPtr.Zero, true) { SetHandle((IntPtr)value); }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
        protected override bool ReleaseHandle() {
            Console.WriteLine("released {0}", handle);
            return true;
        }
    }
    class Critical : CriticalHandle {
        public Critical() : base(IntPtr.Zero) {}
        public Critical(int value) : this() { SetHandle((IntPtr)value); }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
        protected override bool ReleaseHandle() {
            Console.WriteLine("released critical {0}", handle);
            return true;
        }
    }

    [DllImport(Lib)] static extern Packed shape_packed(int before, Packed s, double after);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern bool truth(int value);
    [DllImport(Lib)] static extern void double_texts([In, Out] string[] texts, int count);
    [DllImport(Lib, EntryPoint = "double_texts")] static extern void double_texts_in(string[] texts, int count);
    [DllImport(Lib)] static extern void fill8(StringBuilder buffer, int size);
    [DllImport(Lib)] static extern void replace_point(ref Point p);
    [DllImport(Lib)] static extern DateTime days(DateTime date);
    [DllImport(Lib)] static extern int sum_handles(Safe a, Safe b);
    [DllImport(Lib, EntryPoint = "sum_handles")] static extern int sum_critical(Critical a, IntPtr b);
    delegate int IntFunction(int value);
    [DllImport(Lib)] static extern int call_int(IntFunction f, int value);

    [DllImport(Lib, PreserveSig = false)] static extern int hresult(int result, int value);
    [DllImport(Lib, PreserveSig = false, EntryPoint = "hresult")] static extern void hresult_out(int result, int value, out int sum);
    [DllImport(Lib)] static extern IntPtr get_triple();
    [DllImport(Lib)] static extern long sum_ints([MarshalAs(UnmanagedType.AsAny)] object items, int count);

    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_object(object what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_list(int first, List<int> second);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_plain(Plain what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_jagged(int[][] what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_nullable(int? what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_number([MarshalAs(UnmanagedType.LPStr)] int what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int of_fixed([MarshalAs(UnmanagedType.Bool)] Fixed what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern int[] to_array(int what);
    [DllImport(Lib, EntryPoint = "echo_i4")] static extern StringBuilder to_builder(int what);

    static void Try(Action action) {
        try {
            action();
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", e.GetType().Name, e.Message);
        }
    }

    static void Main() {
        var p = shape_packed(11, new Packed {a = 1, b = 2, c = 3}, 2.5);
        Console.WriteLine("{0} {1} {2} of {3}", p.a, p.b, p.c, Marshal.SizeOf(p));
        Console.WriteLine("{0} {1}", truth(257), truth(1));
        var texts = new[] {"a", null, "", "four"};
        double_texts_in(texts, 4);
        Console.WriteLine(string.Join(",", texts));
        double_texts(texts, 4);
        Console.WriteLine(string.Join(",", texts));
        var builder = new StringBuilder("before", 40);
        builder.Append('!', 100).Insert(0, "in several pieces: ");
        fill8(builder, 12);
        Console.WriteLine("[{0}] {1}", builder, builder.Append("; goes on"));
        var point = new Point {x = 5, y = 6};
        replace_point(ref point);
        Console.WriteLine("{0} {1}", point.x, point.y);
        point = null;
        replace_point(ref point);
        Console.WriteLine("{0} {1}", point.x, point.y);
        Console.WriteLine("{0:s}", days(new DateTime(2001, 2, 28, 13, 30, 0)));
        using (var three = new Safe(3))
            Try(() => sum_handles(three, null)); // three is let go of again
        using (var critical = new Critical(20))
            Console.WriteLine(sum_critical(critical, (IntPtr)2));
        int calls = 0;
        IntFunction both = x => 1;
        both += x => x + ++calls;
        Console.WriteLine(call_int(both, 10));
        Console.WriteLine(hresult(0, 21));
        int sum;
        hresult_out(1, 4, out sum);
        Console.WriteLine(sum);
        Try(() => hresult(unchecked((int)0x8007000E), 1));
        Try(() => hresult_out(unchecked((int)0x80004001), 1, out sum));
        Try(() => hresult(-5, 1));
        IntPtr pointer = get_triple();
        var triple = (IntFunction)Marshal.GetDelegateForFunctionPointer(pointer, typeof(IntFunction));
        Console.WriteLine("{0} {1}", triple(5), Marshal.GetFunctionPointerForDelegate(triple) == pointer);
        Console.WriteLine(sum_ints(new[] {1, 2, 3}, 3));
        IntPtr memory = Marshal.AllocHGlobal(64);
        Try(() => Marshal.StructureToPtr(new Fixed {items = new int[2]}, memory, false));
        Marshal.FreeHGlobal(memory);
        Try(() => of_object("x"));
        Try(() => of_list(1, null));
        Try(() => of_plain(null));
        Try(() => of_jagged(null));
        Try(() => of_nullable(1));
        Try(() => of_number(1));
        Try(() => of_fixed(new Fixed()));
        Try(() => to_array(1));
        Try(() => to_builder(1));
    }
}
