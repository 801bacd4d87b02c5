// Nullable values as objects: boxed as their value, calls on the box, unboxing of enums.
using System;

enum Level : byte { Low, High = 3 }

struct Grade : IComparable<Grade> {
    readonly int points;
    public Grade(int points) { this.points = points; }
    public int CompareTo(Grade other) { return points.CompareTo(other.points); }
    public override string ToString() { return "grade " + points; }
}

struct Blank { }

static class Program {
    static object Box(Grade? grade) { return grade; }

    static void Main() {
        long? wide = 4;
        Console.WriteLine((object)wide);
        IComparable comparable = wide;
        Console.WriteLine(comparable.CompareTo(5L));
        Console.WriteLine(Box(new Grade(7)));
        Console.WriteLine(((IComparable<Grade>)Box(new Grade(7))).CompareTo(new Grade(6)));
        Console.WriteLine(Box(null) == null);
        Blank? blank = new Blank();
        Console.WriteLine(((object)blank).GetType());
        object level = Level.High;
        Console.WriteLine((Level?)level);
        Console.WriteLine((byte)level);
        object number = (byte)3;
        Console.WriteLine((Level)number);
        try { Console.WriteLine((Level?)number); } catch (InvalidCastException) { Console.WriteLine("a byte is no Level?"); }
    }
}
