// Generic classes over references, primitives and structures: fields, statics, nesting, inheritance.
using System;

class Node<T>
{
    public T Value;
    public Node<T> Next;
}

class Stack<T>
{
    Node<T> top;
    public int Count;
    public static int Made;
    public Stack() { Made++; }
    public void Push(T v)
    {
        Node<T> n = new Node<T>();
        n.Value = v;
        n.Next = top;
        top = n;
        Count++;
    }
    public T Pop()
    {
        if (top == null)
            throw new InvalidOperationException("empty");
        T v = top.Value;
        top = top.Next;
        Count--;
        return v;
    }
    public T[] ToArray()
    {
        T[] a = new T[Count];
        int i = 0;
        for (Node<T> n = top; n != null; n = n.Next)
            a[i++] = n.Value;
        return a;
    }
    public struct Mark { public T Top; public int Depth; }
    public Mark Remember() { return new Mark { Top = top.Value, Depth = Count }; }
}

class Pair<A, B>
{
    public A First;
    public B Second;
    public Pair(A a, B b) { First = a; Second = b; }
    public Pair<B, A> Swap() { return new Pair<B, A>(Second, First); }
}

class Same<T> : Pair<T, T>
{
    public Same(T v) : base(v, v) { }
    public virtual string Kind() { return First is string ? "string" : "other"; }
}

class Ints : Same<int>
{
    public Ints(int v) : base(v) { }
    public override string Kind() { return "ints of " + base.Kind(); }
}

struct Vec { public double X, Y, Z; public Vec(double v) { X = Y = Z = v; } }

class Program
{
    static void Main()
    {
        Stack<int> ints = new Stack<int>();
        Stack<string> strings = new Stack<string>();
        Stack<Vec> vecs = new Stack<Vec>();
        Stack<byte> bytes = new Stack<byte>();
        for (int i = 0; i < 600; i++)
        {
            ints.Push(i * i);
            strings.Push(i % 2 == 0 ? "even" : "odd");
            vecs.Push(new Vec(i / 2.0));
            bytes.Push((byte)i);
        }
        Console.WriteLine("{0} {1}", ints.Pop(), ints.Count);
        Console.WriteLine("{0} {1}", strings.Pop(), strings.Count);
        Vec v = vecs.Pop();
        Console.WriteLine("{0} {1} {2}", v.X, v.Y, v.Z);
        Console.WriteLine("{0} {1}", bytes.Pop(), bytes.ToArray()[5]);
        Console.WriteLine(vecs.ToArray()[98].Y);
        Console.WriteLine("{0} {1}", strings.Remember().Top, vecs.Remember().Depth);
        new Stack<string>();
        Console.WriteLine("{0} {1}", Stack<int>.Made, Stack<string>.Made);
        Pair<long, string> p = new Pair<long, string>(7, "seven");
        Console.WriteLine("{0} {1}", p.Swap().First, p.Swap().Swap().First);
        Same<string> s = new Same<string>("x");
        Console.WriteLine("{0} {1}", s.Kind(), new Same<Vec>(v).Kind());
        s = null;
        Same<int> n = new Ints(5);
        Console.WriteLine("{0} {1}", n.Kind(), n.Second);
        object o = ints;
        Console.WriteLine("{0} {1} {2}", o is Stack<int>, o is Stack<uint>, o is Stack<object>);
        try { new Stack<Vec>().Pop(); }
        catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
    }
}
