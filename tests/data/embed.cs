// What tests/embed_test.c calls.
using System;
using System.Collections.Generic;

public enum Colour : byte { Red, Green = 200 }

public struct Point
{
    public int X, Y;

    public Point(int x, int y)
    {
        X = x;
        Y = y;
    }

    public int Sum() => X + Y;
    public override string ToString() => "(" + X + ", " + Y + ")";
}

public interface INamed
{
    string Name { get; }
}

public class Animal : INamed
{
    readonly string name;
    public Animal(string name) { this.name = name; }
    public virtual string Name => name;
    public virtual string Say(string what) => Name + " says " + what;
    public class Owner { public static string Of() => "nested"; }
}

public class Dog : Animal
{
    public Dog(string name) : base(name) { }
    public override string Say(string what) => base.Say(what) + "!";
}

public abstract class Shape
{
    public abstract double Area();
}

public static class Broken
{
    public static int Value = Fail();
    static Broken() { }
    static int Fail() { throw new InvalidOperationException("broken at the start"); }
    public static int Get() => Value;
}

public class Box<T>
{
    T item;
    public Box(T item) { this.item = item; }
    public T Get() => item;
    public static string Describe<U>(T a, U b) => a + "/" + b + " of " + typeof(T).Name + ", " + typeof(U).Name;
}

public static class Calls
{
    public static int Add(int a, int b) => a + b;
    public static long Add(long a, long b) => a + b;
    public static int Counter;
    public static int Next() => ++Counter;

    public static bool Not(bool a) => !a;
    public static char Upper(char c) => char.ToUpperInvariant(c);
    public static sbyte Signed(sbyte a) => (sbyte)-a;
    public static ushort Unsigned(ushort a) => (ushort)(a + 1);
    public static uint Double(uint a) => a * 2;
    public static ulong Big(ulong a) => a + 1;
    public static float Half(float a) => a / 2;
    public static double Root(double a) => Math.Sqrt(a);
    public static IntPtr Pointer(IntPtr a) => new IntPtr(a.ToInt64() + 8);
    public static Colour Other(Colour c) => c == Colour.Red ? Colour.Green : Colour.Red;
    public static string Greet(string name) => name == null ? null : "Hello, " + name + " \u2603";
    public static object Same(object o) => o;
    public static string TypeOf(object o) => o == null ? "null" : o.GetType().FullName;
    public static Point Mirror(Point p) => new Point(p.Y, p.X);
    public static int? Maybe(int? a) => a.HasValue && a.Value > 0 ? a - 1 : null;
    public static void Swap(ref string a, ref string b) { var t = a; a = b; b = t; }
    public static bool TryParse(string text, out int value) => int.TryParse(text, out value);
    public static void Move(ref Point p) { p.X += 10; }
    public static int[] Squares(int n)
    {
        var squares = new int[n];
        for (int i = 0; i < n; i++)
            squares[i] = i * i;
        return squares;
    }
    public static int Sum(int[] numbers)
    {
        int sum = 0;
        foreach (int n in numbers)
            sum += n;
        return sum;
    }
    public static List<string> Words() => new List<string> {"a", "b"};
    public static Func<int, int> Adder(int n) => m => n + m;
    public static void Nothing() { }

    public static int Finished;
    public static void Throw(string message)
    {
        try
        {
            Inner(message);
        }
        finally
        {
            Finished++;
        }
    }
    static void Inner(string message) { throw new ArgumentException(message); }
    public static int GetFinished() => Finished;
    public static int Deep(int n) => n == 0 ? 0 : 1 + Deep(n - 1);
    public static int Forever(int n) => 1 + Forever(n + 1);
    public static void Exit(int status) { Environment.Exit(status); }
    public static int Garbage(int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += new string('x', 100).Length;
        return sum;
    }

    static int Main() => 0;
}
