// ref and out: locals, fields, elements, structures, forwarded, in loops that get hot.
using System;

struct Cell { public int V; public Cell(int v) { V = v; } public void Inc() { V++; } }

class Program
{
    int field = 1;
    static int shared = 2;
    static long wide = 1L << 40;

    static void Bump(ref int v) { v += 10; }
    static void BumpTwice(ref int v) { Bump(ref v); Bump(ref v); }
    static void Divide(int a, int b, out int q, out int r) { q = a / b; r = a % b; }
    static void Small(ref byte b, ref sbyte s, ref short h, ref char c)
    {
        b++;
        s--;
        h -= 2;
        c++;
    }
    static void Floats(ref float f, ref double d) { f /= 2; d *= f; }
    static void Replace(ref string s, string t) { s = t; }
    static void Change(ref Cell c) { c.Inc(); c.V *= 2; }
    static void Fresh(out Cell c) { c = new Cell(1000); }
    static void Wide(ref long l) { l |= 1; }
    static ref int Largest(int[] a)
    {
        int at = 0;
        for (int i = 1; i < a.Length; i++)
            if (a[i] > a[at])
                at = i;
        return ref a[at];
    }
    static void Alias(ref int a, ref int b)
    {
        a = 5;
        b = 6;
        Console.WriteLine("{0} {1}", a, b);
    }

    static void Main()
    {
        int local = 0;
        BumpTwice(ref local);
        Program p = new Program();
        Bump(ref p.field);
        Bump(ref shared);
        int[] array = { 1, 2, 3 };
        Bump(ref array[1]);
        Console.WriteLine("{0} {1} {2} {3}", local, p.field, shared, array[1]);
        int q, r;
        Divide(47, 10, out q, out r);
        Console.WriteLine("{0} {1}", q, r);
        byte b = 255;
        sbyte s = -128;
        short h = -32768;
        char c = 'y';
        Small(ref b, ref s, ref h, ref c);
        Console.WriteLine("{0} {1} {2} {3}", b, s, h, c);
        float f = 3;
        double d = 5;
        Floats(ref f, ref d);
        Console.WriteLine("{0} {1}", f, d);
        string text = "old";
        Replace(ref text, "new");
        Console.WriteLine(text);
        Cell cell = new Cell(4);
        Change(ref cell);
        Cell[] cells = new Cell[2];
        Change(ref cells[1]);
        Console.WriteLine("{0} {1} {2}", cell.V, cells[1].V, cells[0].V);
        Fresh(out cell);
        Fresh(out cells[0]);
        Console.WriteLine("{0} {1}", cell.V, cells[0].V);
        Wide(ref wide);
        Console.WriteLine(wide);
        Largest(array) = -1;
        Largest(array)++;
        Console.WriteLine("{0} {1} {2}", array[0], array[1], array[2]);
        Alias(ref local, ref local);
        for (int i = 0; i < 3000; i++)
        {
            Bump(ref local);
            if (i % 2 == 0)
                BumpTwice(ref array[0]);
        }
        Console.WriteLine("{0} {1}", local, array[0]);
        try { Bump(ref array[3]); }
        catch (IndexOutOfRangeException) { Console.WriteLine("no such element"); }
        Program none = null;
        try { Bump(ref none.field); }
        catch (NullReferenceException) { Console.WriteLine("no object"); }
    }
}
