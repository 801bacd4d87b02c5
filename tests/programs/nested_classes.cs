// Nested, generic nested and partial classes; private access; inheritance from nested ones.
using System;

class Outer
{
    int secret = 7;
    static int count;

    public class Inner
    {
        public int Peek(Outer o) { count++; return o.secret; }
        public class Deep
        {
            public static string Where = "Outer.Inner.Deep";
            public int Count() { return count; }
        }
    }

    class Hidden : Inner
    {
        public int Twice(Outer o) { return 2 * Peek(o); }
    }

    public int Use() { return new Hidden().Twice(this); }
}

class Box<T>
{
    T value;
    public class Opener
    {
        public T Open(Box<T> b) { return b.value; }
    }
    public class Labelled<L> : Box<T>
    {
        public L Label;
        public string Show() { return Label.ToString() + ":" + value.ToString(); }
    }
    public struct Pair { public T A; public Box<T> B; }
    public void Put(T v) { value = v; }
    public Pair Split() { return new Pair { A = value, B = this }; }
}

partial class Parts
{
    public int A = 1;
    partial void Hook();
    partial void Nobody();
    public void Run() { Hook(); Nobody(); }
}

partial class Parts
{
    public int B = 2;
    partial void Hook() { A += B; }
}

class Program
{
    static void Main()
    {
        Outer o = new Outer();
        Console.WriteLine(new Outer.Inner().Peek(o));
        Console.WriteLine(o.Use());
        Console.WriteLine("{0} {1}", Outer.Inner.Deep.Where, new Outer.Inner.Deep().Count());
        Box<string> b = new Box<string>();
        b.Put("content");
        Console.WriteLine(new Box<string>.Opener().Open(b));
        Box<string>.Labelled<object> l = new Box<string>.Labelled<object>();
        l.Label = "label";
        l.Put("value");
        Console.WriteLine(l.Show());
        Box<double>.Pair p = new Box<double>().Split();
        p.B.Put(2.5);
        Console.WriteLine("{0} {1}", p.A, p.B.Split().A);
        Parts parts = new Parts();
        parts.Run();
        Console.WriteLine(parts.A);
        var anonymous = new { X = 1, Name = "anon" };
        Console.WriteLine("{0} {1}", anonymous.X, anonymous.Name);
    }
}
