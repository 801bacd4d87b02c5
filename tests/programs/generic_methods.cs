// Generic methods: inference, constraints, interfaces on value types, static and virtual ones.
using System;

interface IScore { int Score(); }
class Player : IScore
{
    public int N;
    public Player() { N = 3; }
    public int Score() { return N; }
}
struct Dice : IScore
{
    public int N;
    public int Score() { return N++; }
}
interface IConvert { string Convert<T>(T v); }
class Namer : IConvert
{
    public string Convert<T>(T v) { return v == null ? "null" : v.ToString(); }
}
class Visitor
{
    public virtual int Visit<T>(T v) { return 1; }
}
class Special : Visitor
{
    public override int Visit<T>(T v) { return v is string ? 100 : 2; }
}
struct Named
{
    public override string ToString() { return "named"; }
}

// Nothing here is touched before a caller of its generic methods is compiled.
class Handler { public virtual string Do<T>(int x) { return "handles " + typeof(T).Name + x; } }
class Other : Handler { public override string Do<T>(int x) { return "other " + typeof(T).Name + x; } }
interface IRuns { string Run<T>(); }
class Runner : IRuns { public virtual string Run<T>() { return "runs " + typeof(T).Name; } }
static class Source
{
    public static Handler First() { return new Handler(); }
    public static Handler Second() { return new Other(); }
    public static IRuns Third() { return new Runner(); }
}
class Program
{
    static void Swap<T>(ref T a, ref T b) { T t = a; a = b; b = t; }
    static T[] Repeat<T>(T v, int n)
    {
        T[] r = new T[n];
        for (int i = 0; i < n; i++)
            r[i] = v;
        return r;
    }
    static int Total<T>(T[] all) where T : IScore
    {
        int sum = 0;
        for (int i = 0; i < all.Length; i++)
            sum += all[i].Score();
        return sum;
    }
    static T Make<T>() where T : new() { return new T(); }
    static bool IsDefault<T>(T v) where T : class { return v == default(T); }
    static R Map<T, R>(T v, Func<T, R> f) { return f(v); }
    static T Best<T>(T a, T b, Func<T, T, bool> better) { return better(a, b) ? a : b; }
    static int Depth<T>(int n, T v)
    {
        return n == 0 ? 0 : 1 + Depth<T[]>(n - 1, new T[] { v });
    }
    static string Kind<T>(T v)
    {
        if (v is int) return "int";
        if (v is string) return "string";
        return default(T) == null ? "reference" : "value";
    }

    static void Main()
    {
        int a = 1, b = 2;
        string s = "s", t = "t";
        Dice d = new Dice { N = 5 }, e = new Dice { N = 6 };
        Swap(ref a, ref b);
        Swap(ref s, ref t);
        Swap(ref d, ref e);
        Console.WriteLine("{0} {1} {2} {3}", a, b, s, d.N);
        Console.WriteLine("{0} {1}", Repeat('x', 3)[2], Repeat(d, 2)[1].N);
        Dice[] dice = { new Dice { N = 1 }, new Dice { N = 2 } };
        Console.WriteLine("{0} {1}", Total(dice), Total(dice));
        Console.WriteLine(Total(new IScore[] { new Player(), d }));
        Console.WriteLine(Make<Player>().N);
        Console.WriteLine(Make<int>());
        Console.WriteLine("{0} {1}", IsDefault<string>(null), IsDefault("x"));
        Console.WriteLine(Map(20, x => x * 1.5));
        Console.WriteLine(Map("abc", x => x.Length));
        Console.WriteLine(Best(3, 4, (x, y) => x > y));
        Console.WriteLine(Depth(4, 1));
        Console.WriteLine("{0} {1}", Kind(1), Kind("x"));
        Console.WriteLine("{0} {1}", Kind(1.0), Kind(new object()));
        IConvert c = new Namer();
        Console.WriteLine("{0} {1}", c.Convert(new Named()), c.Convert<string>(null));
        Visitor v = new Special();
        Console.WriteLine("{0} {1} {2}", v.Visit("x"), v.Visit(1), new Visitor().Visit(1));
        Console.WriteLine("{0} {1} {2}", Source.First().Do<int>(1), Source.Second().Do<string>(2),
            Source.Third().Run<Program>());
    }
}
