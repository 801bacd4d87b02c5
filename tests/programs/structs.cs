// Structures of several sizes by value: arguments, results, fields, nesting, this, default.
using System;

struct Tiny { public byte V; public Tiny(int v) { V = (byte)v; } }
struct Pair { public int A, B; public Pair(int a, int b) { A = a; B = b; } }
struct Mixed { public double D; public byte B; public long L; public float F; }
struct Big
{
    public long A, B, C, D, E;
    public object Tag;
    public long Sum() { return A + B + C + D + E; }
    public void Bump() { A++; E++; }
}
struct Nest { public Pair P; public Tiny T; public Big G; }
struct Empty { public int Answer() { return 42; } }

class Program
{
    static Tiny Double(Tiny t) { return new Tiny(t.V * 2); }
    static Pair Swap(Pair p) { return new Pair(p.B, p.A); }
    static Mixed Add(Mixed m, int i, Mixed n)
    {
        m.D += n.D;
        m.B += (byte)(n.B + i);
        m.L += n.L;
        m.F += n.F;
        return m;
    }
    static Big Make(int n)
    {
        Big b = new Big();
        b.A = n; b.B = n + 1; b.C = n + 2; b.D = n + 3; b.E = n + 4;
        b.Tag = "tag";
        return b;
    }
    static long Change(Big b) { b.Bump(); b.Tag = null; return b.Sum(); }
    static void ChangeRef(ref Big b) { b.Bump(); }
    static void MakeOut(out Big b) { b = Make(1000); }

    static Big Fibonacci(int n)
    {
        if (n < 2)
            return Make(n);
        Big a = Fibonacci(n - 1), b = Fibonacci(n - 2);
        a.A += b.A;
        a.E += b.E;
        return a;
    }

    static void Main()
    {
        Console.WriteLine(Double(Double(new Tiny(50))).V);
        Pair p = Swap(new Pair(1, 2));
        Console.WriteLine("{0} {1}", p.A, p.B);
        Mixed m = new Mixed();
        m.D = 1.5; m.B = 200; m.L = -1; m.F = 0.25f;
        for (int i = 0; i < 3; i++)
            m = Add(m, i, m);
        Console.WriteLine("{0} {1} {2} {3}", m.D, m.B, m.L, m.F);
        Big b = Make(10);
        Console.WriteLine("{0} {1} {2}", Change(b), b.Sum(), b.Tag);
        ChangeRef(ref b);
        Console.WriteLine(b.Sum());
        b.Bump();
        Make(5).Bump();
        Console.WriteLine(b.Sum());
        MakeOut(out b);
        Console.WriteLine(b.Sum());
        Nest n = new Nest();
        n.P = p;
        n.T = new Tiny(7);
        n.G = b;
        Nest o = n;
        o.P.A = 99;
        o.G.Bump();
        Console.WriteLine("{0} {1} {2}", n.P.A, o.P.A, o.T.V);
        Console.WriteLine("{0} {1}", n.G.Sum(), o.G.Sum());
        Nest[] nests = { n, o };
        nests[0].G.E = 0;
        ChangeRef(ref nests[1].G);
        Console.WriteLine("{0} {1} {2}", nests[0].G.Sum(), nests[1].G.Sum(), n.G.Sum());
        Console.WriteLine(default(Nest).G.Sum());
        Console.WriteLine(new Empty().Answer());
        b = Fibonacci(15);
        Console.WriteLine("{0} {1} {2}", b.A, b.B, b.E);
        bool flip = false;
        Pair q = flip ? p : Swap(p);
        Console.WriteLine("{0} {1}", q.A, q.B);
    }
}
