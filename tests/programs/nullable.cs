// Nullable value types: lifted operators, conversion, ??, boxing, in fields and arrays.
using System;

struct Point { public int X; public Point(int x) { X = x; } }

class Program
{
    int? field;
    static double? shared = 1.5;

    static int? Parse(string s)
    {
        int v = 0;
        foreach (char c in s)
        {
            if (c < '0' || c > '9')
                return null;
            v = 10 * v + c - '0';
        }
        return v;
    }

    static void Lifted(int? a, int? b)
    {
        int? sum = a + b;
        Console.WriteLine("{0} {1}", sum.HasValue, sum.GetValueOrDefault());
        Console.WriteLine("{0} {1} {2}", a < b, a >= b, a == b);
        bool? both = (a > 0) & (b > 0), maybe = null;
        Console.WriteLine("{0} {1}", both.HasValue, both == true);
        Console.WriteLine("{0} {1}", (maybe & false) == false, (maybe | true) == true);
        Console.WriteLine(-a ?? 1000);
    }

    static void Main()
    {
        Console.WriteLine("{0} {1}", Parse("123").Value, Parse("12x").HasValue);
        Lifted(1, 2);
        Lifted(null, 2);
        Lifted(null, null);
        Program p = new Program();
        Console.WriteLine(p.field == null);
        p.field = 5;
        p.field++;
        p.field *= 7;
        Console.WriteLine((int)p.field);
        shared += 2;
        Console.WriteLine(shared.Value);
        shared = null;
        Console.WriteLine(shared ?? -1);
        int?[] array = { 1, null, 3 };
        int count = 0;
        foreach (int? v in array)
            count += v ?? 100;
        Console.WriteLine(count);
        long? wide = array[2];
        Console.WriteLine(wide.Value);
        Point? point = new Point(4);
        Console.WriteLine(point.Value.X);
        Console.WriteLine(point.HasValue ? point.GetValueOrDefault().X : -1);
        object boxed = point;
        Console.WriteLine(boxed is Point);
        point = boxed as Point?;
        Console.WriteLine(point.Value.X);
        point = "text" as object as Point?;
        Console.WriteLine(point == null);
        try { Console.WriteLine(point.Value.X); }
        catch (InvalidOperationException) { Console.WriteLine("no value"); }
        try { Console.WriteLine((int)array[1]); }
        catch (InvalidOperationException) { Console.WriteLine("no value"); }
        Console.WriteLine(new int?(3).Equals(3));
        Console.WriteLine(new int?().Equals(null));
        byte? small = 250;
        small += 10;
        Console.WriteLine(small);
    }
}
