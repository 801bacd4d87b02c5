// Properties, indexers, operators, conversions of one's own, extension methods, params, named
// arguments.
using System;

struct Complex
{
    public readonly double Re, Im;
    public Complex(double re, double im) { Re = re; Im = im; }
    public static Complex operator +(Complex a, Complex b) { return new Complex(a.Re + b.Re, a.Im + b.Im); }
    public static Complex operator *(Complex a, Complex b)
    {
        return new Complex(a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);
    }
    public static Complex operator -(Complex a) { return new Complex(-a.Re, -a.Im); }
    public static bool operator ==(Complex a, Complex b) { return a.Re == b.Re && a.Im == b.Im; }
    public static bool operator !=(Complex a, Complex b) { return !(a == b); }
    public static implicit operator Complex(double d) { return new Complex(d, 0); }
    public static explicit operator int(Complex c) { return (int)c.Re; }
    public override bool Equals(object o) { return o is Complex && (Complex)o == this; }
    public override int GetHashCode() { return (int)Re; }
}

class Grid
{
    int[] cells = new int[12];
    public int this[int x, int y]
    {
        get { return cells[4 * y + x]; }
        set { cells[4 * y + x] = value; }
    }
    public string this[string name] { get { return name + "?"; } }
    public int Width { get { return 4; } }
    public int Auto { get; set; }
    public int Secret { get; private set; }
    public static Grid Shared { get; } = new Grid();
    public int Twice => Auto * 2;
    public Grid Hide(int v) { Secret = v; return this; }
}

static class Extensions
{
    public static int Squared(this int v) { return v * v; }
    public static bool Empty(this string s) { return s == null || s.Length == 0; }
}

class Program
{
    static int Sum(params int[] values)
    {
        int s = 0;
        foreach (int v in values)
            s += v;
        return s;
    }
    static int Weigh(int a, int b = 10, int c = 100) { return a + 2 * b + 3 * c; }

    static void Main()
    {
        Complex i = new Complex(0, 1);
        Complex z = i * i + 2 * (i + 3.5);
        Console.WriteLine("{0} {1}", z.Re, z.Im);
        Console.WriteLine("{0} {1} {2}", i * i == -1, -i != i, (int)z);
        Console.WriteLine(z.Equals((object)new Complex(6, 2)));
        Grid g = new Grid();
        g[1, 2] = 5;
        g[1, 2] += 10;
        g[3, 0]++;
        Console.WriteLine("{0} {1} {2}", g[1, 2], g[3, 0], g["name"]);
        g.Auto = 21;
        g.Auto++;
        Console.WriteLine("{0} {1} {2}", g.Auto, g.Twice, g.Hide(7).Secret);
        Grid.Shared.Auto += 3;
        Console.WriteLine("{0} {1}", Grid.Shared.Auto, Grid.Shared.Width);
        Console.WriteLine("{0} {1}", 12.Squared(), "".Empty());
        Console.WriteLine("{0} {1} {2}", Sum(), Sum(1), Sum(1, 2, 3));
        Console.WriteLine("{0} {1} {2}", Weigh(1), Weigh(1, c: 0), Weigh(b: 1, a: 2));
        Grid made = new Grid { Auto = 9, [0, 0] = 4 };
        Console.WriteLine("{0} {1}", made.Auto, made[0, 0]);
    }
}
