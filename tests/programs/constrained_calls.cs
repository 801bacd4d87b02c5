// Calls of interface methods on values of a type parameter: they go to the value itself, and to a
// boxed copy only for what the structure inherits.
using System;
using System.Collections.Generic;

struct Key : IEquatable<Key>
{
    public string A, B;
    public Key(string a, string b) { A = a; B = b; }
    public bool Equals(Key other) { return A == other.A && B == other.B; }
    public override int GetHashCode() { return A.Length * 31 + B.Length; }
    public override bool Equals(object other) { return other is Key && Equals((Key)other); }
}

interface ICounter { int Next(); T Pick<T>(T first, T second); }

struct Counter : ICounter
{
    int count;
    public int Next() { return ++count; }
    public T Pick<T>(T first, T second) { return ++count % 2 == 1 ? first : second; }
}

class Program
{
    static int Twice<T>(ref T counter) where T : ICounter { return counter.Next() * 100 + counter.Next(); }
    static string Picks<T>(ref T counter) where T : ICounter
    {
        return counter.Pick("a", "b") + counter.Pick("c", "d") + counter.Pick(1, 2) + counter.Pick(3, 4);
    }
    static string Text<T>(T value) { return value.ToString(); }

    // A type parameter that can only be string: the call is that of String's own method.
    abstract class Measure<U> { public abstract int Of<T>(T value) where T : U; }
    class Length : Measure<string> { public override int Of<T>(T value) { return value.Length; } }

    // Nothing but the box names the type in the nullable one.
    struct Optional { public ushort? number; public sbyte? small; }
    static string Compare(IComparable left, IComparable right) { return left.CompareTo(right).ToString(); }

    static void Main()
    {
        var keys = new Dictionary<Key, int>();
        for (int i = 0; i < 20; i++)
            keys[new Key("k" + i % 4, "v" + i % 5)] = i;
        Console.WriteLine(keys.Count);
        Console.WriteLine(keys[new Key("k3", "v4")]);
        Console.WriteLine(EqualityComparer<Key>.Default.Equals(new Key("x", "y"), new Key("x", "y")));
        var counter = new Counter();
        Console.WriteLine(Twice(ref counter));
        Console.WriteLine(Twice(ref counter));
        Console.WriteLine(Picks(ref counter));
        Console.WriteLine(Text(42) + Text("s") + Text(new Key("p", "q")));
        Console.WriteLine(new Length().Of("abc"));
        var optional = new Optional { number = 3, small = -3 };
        Console.WriteLine(Compare(optional.number, optional.number) + Compare(optional.small, optional.small));
    }
}
