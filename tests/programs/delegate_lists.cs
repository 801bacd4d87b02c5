// Events, combined delegates, delegates closed over structures.
using System;

delegate int Operation(int a, int b);
struct Counter {
    public int Value;
    public int Get() { return Value; }
    public int Add(int x) { return Value + x; }
}
static class Source {
    public static event Action<string> Raised;
    public static void Raise(string text) { Raised(text); }
}

static class Program {
    static void Main() {
        Source.Raised += s => Console.WriteLine("1 " + s);
        Action<string> h = s => Console.WriteLine("2 " + s);
        Source.Raised += h;
        Source.Raise("x");
        Source.Raised -= h;
        Source.Raise("y");
        Operation op = (a, b) => a + b;
        op += (a, b) => a * b;
        Console.WriteLine(op(3, 4));
        Console.WriteLine(op.GetInvocationList().Length);
        Counter st = new Counter { Value = 5 };
        Func<int> fg = st.Get;
        st.Value = 6;
        Console.WriteLine(fg());
        Func<int,int> fa = st.Add;
        Console.WriteLine(fa(1));
        Console.WriteLine(Delegate.Combine(h, null) == (Delegate)h);
        Console.WriteLine(((Action<string>)Delegate.Remove(h, h)) == null);
    }
}
