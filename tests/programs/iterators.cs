// Iterators: state, laziness, finally blocks, infinite sequences, recursion.
using System;
using System.Collections;
using System.Collections.Generic;

class Tree
{
    public Tree Left, Right;
    public int Value;
    public Tree(int v) { Value = v; }
    public void Add(int v)
    {
        if (v < Value)
        {
            if (Left == null) Left = new Tree(v); else Left.Add(v);
        }
        else
        {
            if (Right == null) Right = new Tree(v); else Right.Add(v);
        }
    }
    public IEnumerable<int> Walk()
    {
        if (Left != null)
            foreach (int v in Left.Walk())
                yield return v;
        yield return Value;
        if (Right != null)
            foreach (int v in Right.Walk())
                yield return v;
    }
}

class Program
{
    static IEnumerable<long> Fibonacci()
    {
        long a = 0, b = 1;
        while (true)
        {
            yield return a;
            long c = a + b;
            a = b;
            b = c;
        }
    }

    static IEnumerable<T> Take<T>(IEnumerable<T> from, int n)
    {
        if (n <= 0)
            yield break;
        foreach (T v in from)
        {
            yield return v;
            if (--n == 0)
                yield break;
        }
    }

    static IEnumerable<string> Guarded()
    {
        Console.WriteLine("start");
        try
        {
            yield return "a";
            yield return "b";
        }
        finally
        {
            Console.WriteLine("finally");
        }
        Console.WriteLine("end");
    }

    static IEnumerable Old()
    {
        yield return 1;
        yield return "two";
        yield return null;
    }

    static void Main()
    {
        foreach (long v in Take(Fibonacci(), 15))
        {
            Console.Write(v);
            Console.Write(' ');
        }
        Console.WriteLine();
        Tree tree = new Tree(50);
        foreach (int v in new[] { 20, 80, 10, 30, 70, 90, 25, 50 })
            tree.Add(v);
        foreach (int v in tree.Walk())
        {
            Console.Write(v);
            Console.Write(' ');
        }
        Console.WriteLine();
        foreach (string s in Guarded())
            Console.WriteLine(s);
        foreach (string s in Guarded())
        {
            Console.WriteLine(s);
            break;
        }
        try
        {
            foreach (string s in Guarded())
                throw new Exception(s);
        }
        catch (Exception e) { Console.WriteLine("caught {0}", e.Message); }
        foreach (object o in Old())
            Console.WriteLine(o == null ? "null" : o);
        IEnumerator<string> lazy = Guarded().GetEnumerator();
        Console.WriteLine("nothing yet");
        lazy.MoveNext();
        Console.WriteLine(lazy.Current);
        lazy.Dispose();
        Console.WriteLine(lazy.MoveNext());
    }
}
