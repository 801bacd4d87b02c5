// System.Runtime.InteropServices.Marshal: sizes, offsets, structures, text, memory, functions.
using System;
using System.Runtime.InteropServices;
using System.Reflection;

static class Program {
    struct Plain { public bool b; public char c; public int i; public string s; }
    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    struct Wide {
        public byte b;
        public char c;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 5)] public string s;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public short[] a;
    }
    [StructLayout(LayoutKind.Sequential)] class Base { public int x; public string s; }
    [StructLayout(LayoutKind.Sequential)] class Derived : Base { public double d; }
    [StructLayout(LayoutKind.Sequential, Size = 40)] struct Sized { public int x; }
    [StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public int i; [FieldOffset(3)] public byte b; }
    [StructLayout(LayoutKind.Sequential, Pack = 2)] struct Pack2 { public byte b; public long l; public bool t; }
    struct Holder { public Pack2 p; public Wide w; public IntPtr q; }
    unsafe struct Buffer { public fixed int numbers[5]; public byte b; }
    struct Generic<T> { public T t; }
    struct Empty {}
    class Automatic { public int x; }
    [StructLayout(LayoutKind.Auto)] struct AutomaticValue { public int x; }
    enum Small : short { A }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Unicode, EntryPoint = "getpid")] static extern int Pid();
    [DllImport("none")] static extern int Missing();

    static void Try(string what, Func<object> function) {
        try {
            Console.WriteLine("{0}: {1}", what, function());
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}: {2}", what, e.GetType(), e.Message);
        }
    }

    static void Layouts() {
        foreach (var type in new[] {typeof(int), typeof(bool), typeof(char), typeof(IntPtr), typeof(decimal), typeof(Guid),
                                    typeof(Plain), typeof(Wide), typeof(Base), typeof(Derived), typeof(Sized), typeof(Union),
                                    typeof(Pack2), typeof(Holder), typeof(Buffer), typeof(Generic<int>), typeof(Empty),
                                    typeof(string), typeof(Automatic), typeof(AutomaticValue), typeof(Small), typeof(int[]),
                                    typeof(object), typeof(Action), typeof(IDisposable)})
            Try(type.Name, () => Marshal.SizeOf(type));
        Try("null", () => Marshal.SizeOf((Type)null));
        Try("boxed", () => Marshal.SizeOf((object)new Plain()));
        foreach (var field in new[] {"p", "w", "q"})
            Try(field, () => Marshal.OffsetOf(typeof(Holder), field));
        Try("d", () => Marshal.OffsetOf(typeof(Derived), "d"));
        Try("x", () => Marshal.OffsetOf(typeof(Derived), "x"));
        Try("none", () => Marshal.OffsetOf(typeof(Wide), "none"));
    }

    static void Structures() {
        IntPtr p = Marshal.AllocHGlobal(128);
        Marshal.StructureToPtr(new Wide {b = 7, c = '€', s = "hello world", a = new short[] {1, 2, 3}}, p, false);
        Console.WriteLine("{0} {1} {2} {3}", Marshal.ReadByte(p), Marshal.ReadInt16(p, 2), Marshal.PtrToStringUni(p + 4),
                          Marshal.ReadInt16(p, 16));
        var wide = (Wide)Marshal.PtrToStructure(p, typeof(Wide));
        Console.WriteLine("{0} {1} {2} {3}", wide.b, wide.c, wide.s, string.Join(",", wide.a));
        Marshal.StructureToPtr(new Derived {x = 3, s = "grün", d = 2.5}, p, false);
        Console.WriteLine(Marshal.PtrToStringAnsi(Marshal.ReadIntPtr(p, 8)));
        var derived = new Derived();
        Marshal.PtrToStructure(p, (object)derived);
        Console.WriteLine("{0} {1} {2}", derived.x, derived.s, derived.d);
        Marshal.StructureToPtr(new Derived {x = 4, s = "second"}, p, true);
        Console.WriteLine(((Base)Marshal.PtrToStructure(p, typeof(Base))).s);
        Marshal.DestroyStructure(p, typeof(Derived));
        Try("boxed", () => { Marshal.PtrToStructure(p, (object)new Plain()); return null; });
        Marshal.WriteInt32(p, 42);
        Try("int", () => Marshal.PtrToStructure(p, typeof(int)));
        Try("bool", () => Marshal.PtrToStructure(p, typeof(bool)));
        Try("null", () => Marshal.PtrToStructure(IntPtr.Zero, typeof(int)) == null);
        Marshal.StructureToPtr(77, p, false);
        Marshal.StructureToPtr(new Generic<short> {t = 5}, p + 4, false);
        Console.WriteLine("{0} {1}", Marshal.ReadInt32(p), Marshal.ReadInt16(p, 4));
        Try("structure", () => { Marshal.StructureToPtr(null, p, false); return null; });
        Try("ptr", () => { Marshal.StructureToPtr(new Plain(), IntPtr.Zero, false); return null; });
        Marshal.FreeHGlobal(p);
    }

    static void Text() {
        IntPtr b = Marshal.StringToBSTR("a\0€");
        Console.WriteLine("{0} {1}", Marshal.ReadInt32(b, -4), Marshal.PtrToStringBSTR(b).Length);
        Marshal.FreeBSTR(b);
        Console.WriteLine("{0} {1}", Marshal.StringToBSTR(null), Marshal.PtrToStringAnsi(IntPtr.Zero) == null);
        Try("bstr", () => Marshal.PtrToStringBSTR(IntPtr.Zero));
        Try("ansi", () => Marshal.PtrToStringAnsi(IntPtr.Zero, 3));
        Try("uni", () => Marshal.PtrToStringUni(IntPtr.Zero, 3));
        foreach (var f in new Func<string, IntPtr>[] {Marshal.StringToHGlobalAnsi, Marshal.StringToHGlobalAuto,
                                                      Marshal.StringToCoTaskMemAnsi, Marshal.StringToCoTaskMemAuto,
                                                      Marshal.StringToCoTaskMemUTF8}) {
            IntPtr s = f("é€x");
            Console.WriteLine("{0} {1} {2} {3} {4}", f.Method.Name, Marshal.ReadByte(s), Marshal.PtrToStringAuto(s),
                              Marshal.PtrToStringAnsi(s, 2), f(null));
            Marshal.FreeCoTaskMem(s);
        }
        IntPtr wide = Marshal.StringToHGlobalUni("wide €");
        Console.WriteLine("{0} {1}", Marshal.PtrToStringUni(wide), Marshal.PtrToStringUni(wide, 4));
        Marshal.FreeHGlobal(wide);
        Console.WriteLine("{0} {1}", Marshal.SystemDefaultCharSize, Marshal.SystemMaxDBCSCharSize > 0);
    }

    static void Memory() {
        IntPtr p = Marshal.AllocHGlobal(24);
        Marshal.Copy(new[] {1.5, 2.5, 3.5}, 0, p, 3);
        p = Marshal.ReAllocHGlobal(p, (IntPtr)5000);
        var back = new double[4];
        Marshal.Copy(p, back, 1, 3);
        Console.WriteLine(string.Join(" ", back));
        Marshal.WriteInt64(p, 0x1122334455667788);
        Console.WriteLine("{0:x} {1:x} {2:x}", Marshal.ReadByte(p, 1), Marshal.ReadInt16(p), Marshal.ReadInt32(p, 2));
        Marshal.WriteInt32(p, 3, 0x0a0b0c0d); // unaligned
        Console.WriteLine("{0:x}", Marshal.ReadInt64(p));
        Marshal.FreeHGlobal(p);
        IntPtr q = Marshal.AllocCoTaskMem(10);
        Marshal.WriteByte(q, 9, 99);
        q = Marshal.ReAllocCoTaskMem(q, 1000);
        Console.WriteLine(Marshal.ReadByte(q, 9));
        Marshal.FreeCoTaskMem(q);
        Marshal.FreeHGlobal(IntPtr.Zero);
    }

    static void Functions() {
        Action action = () => Console.WriteLine("called");
        IntPtr f = Marshal.GetFunctionPointerForDelegate(action);
        var back = (Action)Marshal.GetDelegateForFunctionPointer(f, typeof(Action));
        back();
        Console.WriteLine("{0} {1}", (object)back == action, f == Marshal.GetFunctionPointerForDelegate(action));
        Try("null", () => Marshal.GetFunctionPointerForDelegate((Delegate)null));
        Try("null", () => Marshal.GetDelegateForFunctionPointer(IntPtr.Zero, typeof(Action)));
        Try("int", () => Marshal.GetDelegateForFunctionPointer(f, typeof(int)));
        var pid = typeof(Program).GetMethod("Pid", BindingFlags.NonPublic | BindingFlags.Static);
        Marshal.Prelink(pid);
        Console.WriteLine(pid.Attributes);
        var import = (DllImportAttribute)Attribute.GetCustomAttribute(pid, typeof(DllImportAttribute));
        Console.WriteLine("{0} {1} {2} {3} {4}", import.Value, import.EntryPoint, import.CharSet, import.SetLastError,
                          import.CallingConvention);
        Try("none", () => { Missing(); return null; });
        Try("hr", () => Marshal.GetExceptionForHR(unchecked((int)0x80004001)).GetType());
        Try("hr", () => { Marshal.ThrowExceptionForHR(unchecked((int)0x8007000E)); return null; });
        Console.WriteLine("{0:x} {1}", Marshal.GetHRForException(new ArgumentException()), Marshal.GetExceptionForHR(0) == null);
    }

    static void Main() {
        Layouts();
        Structures();
        Text();
        Memory();
        Functions();
    }
}
