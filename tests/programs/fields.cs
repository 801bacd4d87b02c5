// Static and instance fields of all types, initial values, inheritance, hiding, const, readonly.
using System;

class Base
{
    public int A = 1;
    protected byte b = 2;
    public static int Count;
    public readonly long L = -3;
    public int Hidden = 10;
    public Base() { Count++; }
    public int B { get { return b; } set { b = (byte)value; } }
}

class Derived : Base
{
    public short S = -4;
    public new string Hidden = "ten";
    public double D = 5.5;
    public bool Flag = true;
    public char C = 'c';
    public const int Constant = 99;
    public static readonly string Name = "derived";
    public static double Total;
    public int BaseHidden { get { return base.Hidden; } }
}

struct Inner { public byte P; public long Q; }
struct Outer { public Inner I; public short R; public Inner J; public object O; }

class Holder
{
    public Outer Value;
    public static Outer Shared;
    public int[] Numbers = { 1, 2, 3 };
    public Holder Next;
}

class Program
{
    static sbyte s1 = -100;
    static ushort s2 = 60000;
    static ulong s3 = 18000000000000000000;
    static float s4 = 0.5f;

    static void Main()
    {
        Derived d = new Derived();
        Console.WriteLine("{0} {1} {2}", d.A, d.B, d.L);
        Console.WriteLine("{0} {1} {2}", d.S, d.Hidden, d.D);
        Console.WriteLine("{0} {1} {2}", d.Flag, d.C, d.BaseHidden);
        Console.WriteLine("{0} {1}", ((Base)d).Hidden, Derived.Constant);
        d.B = 300;
        d.A += 41;
        d.S--;
        d.D *= 2;
        d.Flag = !d.Flag;
        d.C++;
        Console.WriteLine("{0} {1} {2}", d.B, d.A, d.S);
        Console.WriteLine("{0} {1} {2}", d.D, d.Flag, d.C);
        new Base();
        Derived.Count += 10;
        Console.WriteLine("{0} {1}", Base.Count, Derived.Name);
        Derived.Total -= 0.25;
        Console.WriteLine(Derived.Total);
        s1 -= 100;
        s2 += 10000;
        s3 += 1000000000000000000;
        s4 /= 4;
        Console.WriteLine("{0} {1} {2} {3}", s1, s2, s3, s4);
        Holder h = new Holder();
        h.Value.I.P = 200;
        h.Value.J.Q = -1;
        h.Value.R = 7;
        h.Value.O = "o";
        Holder.Shared = h.Value;
        h.Value.I.P++;
        Console.WriteLine("{0} {1}", h.Value.I.P, Holder.Shared.I.P);
        Console.WriteLine("{0} {1} {2}", Holder.Shared.J.Q, Holder.Shared.R, Holder.Shared.O);
        h.Next = new Holder();
        h.Next.Numbers[1] = 20;
        h.Next.Value = Holder.Shared;
        Console.WriteLine("{0} {1} {2}", h.Numbers[1], h.Next.Numbers[1], h.Next.Value.J.Q);
        try { Console.WriteLine(h.Next.Next.Value.R); }
        catch (NullReferenceException) { Console.WriteLine("no next"); }
        try { h.Next.Next.Value.R = 1; }
        catch (NullReferenceException) { Console.WriteLine("no next"); }
    }
}
