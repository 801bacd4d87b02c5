// Endless recursion through virtual calls, delegates, native code and try blocks.
using System;

class Node
{
    public Func<int, int> Callback;
    public virtual int Visit(int n)
    {
        try { return Callback(n + 1) + 1; }
        finally { n++; }
    }
    public override string ToString() { return "node"; }
}

class Program
{
    static int Warm(int n) { return n <= 0 ? 0 : Warm(n - 1) + 1; }

    static void Main()
    {
        for (int i = 0; i < 1000; i++)
            Warm(20);
        Node a = new Node(), b = new Node();
        a.Callback = b.Visit;
        b.Callback = a.Visit;
        Console.WriteLine("before");
        Console.WriteLine(a.Visit(0));
    }
}
