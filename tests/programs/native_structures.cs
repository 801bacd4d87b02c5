// Structures and formatted classes to native code and back, by value and by reference.
using System;
using System.Runtime.InteropServices;

static class Program {
    const string Lib = "interop";
    struct C1 { public sbyte a; }
    struct C3 { public byte a, b, c; }
    struct I2 { public int a, b; }
    struct L1 { public long a; }
    struct L2 { public long a, b; }
    struct L3 { public long a, b, c; }
    struct F1 { public float a; }
    struct F2 { public float a, b; }
    struct F3 { public float a, b, c; }
    struct F4 { public float a, b, c, d; }
    struct D1 { public double a; }
    struct D2 { public double a, b; }
    struct D3 { public double a, b, c; }
    struct IF { public int a; public float b; }
    struct DI { public double a; public int b; }
    struct ID { public int a; public double b; }
    struct Mixed { public sbyte a; public short b; public int c; public double d; }
    struct Nested { public I2 a; public F2 b; }
    [StructLayout(LayoutKind.Explicit)]
    struct Tagged {
        [FieldOffset(0)] public int tag;
        [FieldOffset(4)] public int i;
        [FieldOffset(4)] public float f;
    }
    [DllImport(Lib)] static extern C1 shape_c1(int before, C1 s, double after);
    [DllImport(Lib)] static extern C3 shape_c3(int before, C3 s, double after);
    [DllImport(Lib)] static extern I2 shape_i2(int before, I2 s, double after);
    [DllImport(Lib)] static extern L1 shape_l1(int before, L1 s, double after);
    [DllImport(Lib)] static extern L2 shape_l2(int before, L2 s, double after);
    [DllImport(Lib)] static extern L3 shape_l3(int before, L3 s, double after);
    [DllImport(Lib)] static extern F1 shape_f1(int before, F1 s, double after);
    [DllImport(Lib)] static extern F2 shape_f2(int before, F2 s, double after);
    [DllImport(Lib)] static extern F3 shape_f3(int before, F3 s, double after);
    [DllImport(Lib)] static extern F4 shape_f4(int before, F4 s, double after);
    [DllImport(Lib)] static extern D1 shape_d1(int before, D1 s, double after);
    [DllImport(Lib)] static extern D2 shape_d2(int before, D2 s, double after);
    [DllImport(Lib)] static extern D3 shape_d3(int before, D3 s, double after);
    [DllImport(Lib)] static extern IF shape_if_(int before, IF s, double after);
    [DllImport(Lib)] static extern DI shape_di(int before, DI s, double after);
    [DllImport(Lib)] static extern ID shape_id(int before, ID s, double after);
    [DllImport(Lib)] static extern Mixed shape_mixed(int before, Mixed s, double after);
    [DllImport(Lib)] static extern Nested shape_nested(int before, Nested s, double after);
    [DllImport(Lib)] static extern Tagged shape_tagged(int before, Tagged s, double after);

    struct Person {
        public bool alive;
        public char initial;
        public string name;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string nick;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public short[] scores;

        public override string ToString() {
            return string.Format("{0} {1} {2} {3} {4}", alive, initial, name ?? "null", nick, string.Join(",", scores));
        }
    }
    [DllImport(Lib)] static extern int read_person(Person p);
    [DllImport(Lib)] static extern void change_person(ref Person p);
    [DllImport(Lib, EntryPoint = "change_person")] static extern void change_person_in([In] ref Person p);
    [DllImport(Lib)] static extern Person make_person();

    struct Point { public int x, y; }
    [StructLayout(LayoutKind.Sequential)]
    class PointClass { public int x, y; }
    [StructLayout(LayoutKind.Sequential)]
    class PersonClass {
        public bool alive;
        public char initial;
        public string name;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string nick;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public short[] scores;
    }
    [DllImport(Lib)] static extern int add_point(ref Point p);
    [DllImport(Lib, EntryPoint = "add_point")] static extern int add_point_class(PointClass p);
    [DllImport(Lib, EntryPoint = "change_person")] static extern void change_class(PersonClass p);
    [DllImport(Lib, EntryPoint = "change_person")] static extern void change_class_back([In, Out] PersonClass p);
    [DllImport(Lib)] static extern PointClass new_point(int x, int y);
    [DllImport(Lib)] static extern int sum_points([In, Out] Point[] points, int count);
    [DllImport(Lib)] static extern uint guid_start([MarshalAs(UnmanagedType.LPStruct)] Guid guid);
    [DllImport(Lib, EntryPoint = "guid_start")] static extern uint guid_ref(ref Guid guid);
    [DllImport(Lib)] static extern double days(DateTime date);
    [DllImport(Lib)] static extern decimal negate(decimal d);

    static void Shapes() {
        var c1 = shape_c1(11, new C1 {a = 1}, 2.5);
        var c3 = shape_c3(11, new C3 {a = 1, b = 2, c = 3}, 2.5);
        var i2 = shape_i2(11, new I2 {a = 1, b = 2}, 2.5);
        Console.WriteLine("{0} | {1} {2} {3} | {4} {5}", c1.a, c3.a, c3.b, c3.c, i2.a, i2.b);
        var l1 = shape_l1(11, new L1 {a = 1}, 2.5);
        var l2 = shape_l2(11, new L2 {a = 1, b = 2}, 2.5);
        var l3 = shape_l3(11, new L3 {a = 1, b = 2, c = 3}, 2.5);
        Console.WriteLine("{0} | {1} {2} | {3} {4} {5}", l1.a, l2.a, l2.b, l3.a, l3.b, l3.c);
        var f1 = shape_f1(11, new F1 {a = 1}, 2.5);
        var f2 = shape_f2(11, new F2 {a = 1, b = 2}, 2.5);
        var f3 = shape_f3(11, new F3 {a = 1, b = 2, c = 3}, 2.5);
        var f4 = shape_f4(11, new F4 {a = 1, b = 2, c = 3, d = 4}, 2.5);
        Console.WriteLine("{0} | {1} {2} | {3} {4} {5}", f1.a, f2.a, f2.b, f3.a, f3.b, f3.c);
        Console.WriteLine("{0} {1} {2} {3}", f4.a, f4.b, f4.c, f4.d);
        var d1 = shape_d1(11, new D1 {a = 1}, 2.5);
        var d2 = shape_d2(11, new D2 {a = 1, b = 2}, 2.5);
        var d3 = shape_d3(11, new D3 {a = 1, b = 2, c = 3}, 2.5);
        Console.WriteLine("{0} | {1} {2} | {3} {4} {5}", d1.a, d2.a, d2.b, d3.a, d3.b, d3.c);
        var i_f = shape_if_(11, new IF {a = 1, b = 2}, 2.5);
        var di = shape_di(11, new DI {a = 1, b = 2}, 2.5);
        var id = shape_id(11, new ID {a = 1, b = 2}, 2.5);
        Console.WriteLine("{0} {1} | {2} {3} | {4} {5}", i_f.a, i_f.b, di.a, di.b, id.a, id.b);
        var m = shape_mixed(11, new Mixed {a = 1, b = 2, c = 3, d = 4}, 2.5);
        var n = shape_nested(11, new Nested {a = {a = 1}, b = {b = 2}}, 2.5);
        Console.WriteLine("{0} {1} {2} {3} | {4} {5} {6} {7}", m.a, m.b, m.c, m.d, n.a.a, n.a.b, n.b.a, n.b.b);
        var t = shape_tagged(11, new Tagged {tag = 0, i = 7}, 2.5);
        var u = shape_tagged(11, new Tagged {tag = 1, f = 7.5f}, 2.5);
        Console.WriteLine("{0} {1} | {2} {3}", t.tag, t.i, u.tag, u.f);
    }

    static void Persons() {
        var p = new Person {alive = true, initial = 'A', name = "Ada", nick = "countess", scores = new short[] {1, 2, 3}};
        Console.WriteLine(read_person(p));
        change_person_in(ref p);
        Console.WriteLine(p);
        change_person(ref p);
        Console.WriteLine(p);
        Console.WriteLine(read_person(new Person {scores = new short[3]}));
        Console.WriteLine(make_person());
        var c = new PersonClass {alive = true, initial = 'C', name = "Cy", nick = "none", scores = new short[3]};
        change_class(c);
        Console.WriteLine("{0} {1} {2} {3} {4}", c.alive, c.initial, c.name, c.nick, c.scores[1]);
        change_class_back(c);
        Console.WriteLine("{0} {1} {2} {3} {4}", c.alive, c.initial, c.name, c.nick, c.scores[1]);
    }

    static void Points() {
        var s = new Point {x = 1, y = 2};
        var c = new PointClass {x = 3, y = 4};
        Console.WriteLine("{0} {1} {2} {3} {4}", add_point(ref s), s.x, add_point_class(c), c.x, add_point_class(null));
        var made = new_point(5, 6);
        Console.WriteLine("{0} {1}", made.x, made.y);
        var points = new[] {new Point {x = 1, y = 2}, new Point {x = 3, y = 4}};
        Console.WriteLine("{0} {1} {2}", sum_points(points, 2), points[0].x, points[1].y);
    }

    static void Main() {
        Shapes();
        Persons();
        Points();
        var guid = new Guid("12345678-1111-2222-3333-444444444444");
        Console.WriteLine("{0:x} {1:x}", guid_start(guid), guid_ref(ref guid));
        Console.WriteLine("{0} {1}", days(new DateTime(2001, 2, 28, 13, 30, 0)), negate(12.50m));
        Console.WriteLine("{0} {1}", Marshal.SizeOf(typeof(Person)), Marshal.SizeOf(typeof(Tagged)));
    }
}
