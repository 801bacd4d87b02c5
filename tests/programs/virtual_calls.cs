// Virtual calls: override, new, base, abstract, sealed, calls from constructors, hot call sites.
using System;

abstract class Shape
{
    public abstract double Area();
    public virtual string Name() { return "shape"; }
    public string Describe() { return Name(); }
    public Shape() { Program.Trace += Name() + " "; }
}

class Circle : Shape
{
    double r;
    public Circle(double r) { this.r = r; }
    public override double Area() { return 3 * r * r; }
    public override string Name() { return "circle"; }
}

class Square : Shape
{
    protected double a = 1;
    public Square(double a) { this.a = a; }
    public override double Area() { return a * a; }
    public sealed override string Name() { return base.Name() + "-square"; }
}

class Cube : Square
{
    public Cube(double a) : base(a) { }
    public override double Area() { return 6 * base.Area(); }
    public new virtual string Name() { return "cube"; }
}

class BigCube : Cube
{
    public BigCube() : base(100) { }
    public override string Name() { return "big " + base.Name(); }
}

class Thing
{
    public override string ToString() { return "a thing"; }
    public override bool Equals(object o) { return o is Thing; }
    public override int GetHashCode() { return 42; }
}

class Program
{
    public static string Trace = "";

    static double Sum(Shape[] shapes, int rounds)
    {
        double sum = 0;
        for (int i = 0; i < rounds; i++)
            sum += shapes[i % shapes.Length].Area();
        return sum;
    }

    static void Main()
    {
        Shape[] shapes = { new Circle(1), new Square(2), new Cube(2), new BigCube() };
        foreach (Shape s in shapes)
        {
            Console.WriteLine("{0} {1}", s.Describe(), s.Area());
            Console.WriteLine("{0} {1} {2}", s is Square, s is Cube, s as BigCube == null);
        }
        Console.WriteLine(Trace);
        Console.WriteLine(((Cube)shapes[3]).Name());
        Console.WriteLine(((Square)shapes[3]).Name());
        Console.WriteLine(Sum(shapes, 3000));
        object o = new Thing();
        Console.WriteLine(o.ToString());
        Console.WriteLine(o);
        Console.WriteLine(o.Equals(new Thing()));
        Console.WriteLine(o.Equals("thing"));
        Console.WriteLine(o.GetHashCode());
        Shape none = null;
        try { none.Area(); }
        catch (NullReferenceException) { Console.WriteLine("no shape"); }
        try { none.Describe(); }
        catch (NullReferenceException) { Console.WriteLine("no shape"); }
        try { Console.WriteLine(((Circle)shapes[1]).Area()); }
        catch (InvalidCastException) { Console.WriteLine("no circle"); }
    }
}
