// Delegates called by native code, and native functions as delegates.
using System;
using System.Runtime.InteropServices;

static class Program {
    const string Lib = "interop";
    delegate int IntFunction(int value);
    delegate sbyte SmallFunction(sbyte a, ushort b, bool truth);
    delegate double RealFunction(float a, double b, long c);
    delegate float FloatFunction(float a);
    delegate string TextFunction(string a, [MarshalAs(UnmanagedType.LPWStr)] string b);
    struct Mixed { public sbyte a; public short b; public int c; public double d; }
    struct L3 { public long a, b, c; }
    struct Point { public int x, y; }
    delegate Mixed MixedFunction(Mixed m, ref Point p);
    delegate L3 LargeFunction(L3 l);
    delegate void OutFunction(ref bool truth, out int number, ref string text);
    delegate int ArrayFunction([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] items, int count);
    struct Handlers { public IntFunction first, second; }

    [DllImport(Lib)] static extern int call_int(IntFunction f, int value);
    [DllImport(Lib)] static extern int call_small(SmallFunction f, sbyte a, ushort b, bool truth);
    [DllImport(Lib)] static extern double call_reals(RealFunction f, float a, double b, long c);
    [DllImport(Lib)] static extern float call_float(FloatFunction f, float a);
    [DllImport(Lib)] static extern int call_text(TextFunction f, string a, [MarshalAs(UnmanagedType.LPWStr)] string b);
    [DllImport(Lib)] static extern Mixed call_mixed(MixedFunction f, ref Point p);
    [DllImport(Lib)] static extern L3 call_large(LargeFunction f);
    [DllImport(Lib)] static extern int call_out(OutFunction f, string text);
    [DllImport(Lib)] static extern int call_array(ArrayFunction f, int count);
    [DllImport(Lib)] static extern void keep(IntFunction f);
    [DllImport(Lib)] static extern int call_kept(int value);
    [DllImport(Lib)] static extern IntFunction get_triple();
    [DllImport(Lib, EntryPoint = "get_triple")] static extern IntPtr get_triple_pointer();
    [DllImport(Lib)] static extern IntFunction same(IntFunction f);
    [DllImport(Lib)] static extern int call_handlers(ref Handlers h, int value);

    static IntFunction kept;

    static int Descend(int depth) {
        return depth == 0 ? 0 : 1 + call_int(Descend, depth - 1);
    }

    static int Factorial(int n) {
        return n <= 1 ? 1 : n * call_int(Factorial, n - 1);
    }

    class Counter {
        public int Total;
        public int Add(int value) {
            return Total += value;
        }
    }

    static void KeepOne(int bias) {
        kept = x => x + bias;
        keep(kept);
    }

    static int Caught(int value) {
        try {
            if (value > 2)
                throw new InvalidOperationException("within");
            return call_int(Caught, value + 1);
        } catch (InvalidOperationException e) {
            return e.Message.Length;
        } finally {
            Console.Write("finally ");
        }
    }

    static void Main() {
        Console.WriteLine("{0} {1}", call_int(x => x * x, 12), call_int(null, 3));
        Console.WriteLine("{0} {1}", call_small((a, b, c) => (sbyte)(c ? a - b : b - a), -100, 20, true),
                          call_small((a, b, c) => (sbyte)(c ? a - b : b - a), -100, 20, false));
        Console.WriteLine("{0} {1}", call_reals((a, b, c) => a + b * c, 0.5f, 0.25, 10), call_float(a => a / 2, 5));
        Console.WriteLine("{0} {1}", call_text((a, b) => a + b + "!", "grün", "€"), call_text((a, b) => null, null, null));
        var point = new Point {x = 1, y = 2};
        var mixed = call_mixed((Mixed m, ref Point p) => {
            p.x += 100;
            m.a += (sbyte)p.y;
            m.d *= 2;
            return m;
        }, ref point);
        Console.WriteLine("{0} {1} {2} {3} {4}", mixed.a, mixed.b, mixed.c, mixed.d, point.x);
        var large = call_large(l => new L3 {a = l.c, b = l.b, c = l.a});
        Console.WriteLine("{0} {1} {2}", large.a, large.b, large.c);
        Console.WriteLine(call_out((ref bool truth, out int number, ref string text) => {
            Console.WriteLine("{0} {1}", truth, text);
            truth = false;
            number = 42;
            text += " and more";
        }, "given"));
        Console.WriteLine(call_array((items, count) => {
            int sum = 0;
            foreach (int item in items)
                sum += item;
            return sum * 10 + items.Length;
        }, 5));

        Console.WriteLine("{0} {1}", Descend(100), Factorial(10));
        var counter = new Counter();
        for (int i = 0; i < 2000; i++) // hot
            call_int(counter.Add, i);
        Console.WriteLine(counter.Total);

        KeepOne(1000);
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 50; j++)
                call_int(x => x + j, i); // closures that die
            GC.Collect();
        }
        Console.WriteLine(call_kept(5));
        Console.WriteLine(call_int(x => {
            GC.Collect();
            return new string('x', x).Length;
        }, 7));
        Console.WriteLine(Caught(0));

        var triple = get_triple();
        Console.WriteLine("{0} {1}", triple(14), call_int(triple, 5));
        var pointer = get_triple_pointer();
        triple = (IntFunction)Marshal.GetDelegateForFunctionPointer(pointer, typeof(IntFunction));
        Console.WriteLine(triple(5));
        Console.WriteLine("{0} {1}", same(kept) == kept, same(null) == null);
        var other = (Func<int, int>)(x => x + 1);
        Console.WriteLine(other.Method.Name.Length > 0);
        var handlers = new Handlers {first = x => x + 1, second = x => x + 2};
        Console.WriteLine(call_handlers(ref handlers, 3));
        Console.WriteLine(handlers.second(4));
    }
}
