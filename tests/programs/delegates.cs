// Delegates: static, instance, virtual, open results, multicast, equality, covariance, exceptions.
using System;

delegate int Operation(int a, int b);
delegate void Notify(string what);
delegate bool TryParse(string s, out int value, ref int calls);
delegate object Factory();

class Account
{
    int balance;
    public event Notify Changed;
    public Account(int b) { balance = b; }
    public int Add(int a, int b) { return balance += a * b; }
    public virtual int Sub(int a, int b) { return balance - a - b; }
    public void Fire(string s) { if (Changed != null) Changed(s); }
}

class Savings : Account
{
    public Savings() : base(1000) { }
    public override int Sub(int a, int b) { return base.Sub(a, b) * 2; }
}

struct Offset
{
    public int By;
    public int Add(int a, int b) { return By += a + b; }
}

class Program
{
    static int Plus(int a, int b) { return a + b; }
    static int Times(int a, int b) { return a * b; }
    static string Text() { return "made"; }
    static bool Length(string s, out int value, ref int calls)
    {
        value = s.Length;
        calls++;
        return value > 2;
    }
    static int Loop(Operation f, int n)
    {
        int r = 0;
        for (int i = 0; i < n; i++)
            r = f(r, 1);
        return r;
    }
    static void One(string s) { Console.WriteLine("one {0}", s); }
    static void Two(string s) { Console.WriteLine("two {0}", s); }
    static void Three(string s) { throw new Exception("three"); }

    static void Main()
    {
        Operation op = Plus;
        Console.WriteLine("{0} {1}", op(2, 3), Loop(op, 2000));
        op = Times;
        Console.WriteLine(op(6, 7));
        Account account = new Savings();
        op = account.Add;
        op(1, 2);
        Console.WriteLine("{0} {1}", op(3, 4), Loop(op, 3));
        op = account.Sub;
        Console.WriteLine(op(1, 1));
        Offset offset = new Offset();
        op = offset.Add;
        op(1, 2);
        Console.WriteLine("{0} {1}", op(3, 4), offset.By);
        Factory factory = Text;
        Console.WriteLine(factory());
        TryParse parse = Length;
        int value, calls = 0;
        Console.WriteLine("{0} {1}", parse("abc", out value, ref calls), value);
        Console.WriteLine("{0} {1} {2}", parse("a", out value, ref calls), value, calls);
        Notify n = One;
        n += Two;
        n += One;
        n("a");
        n -= One;
        n("b");
        n -= One;
        n("c");
        n -= Two;
        Console.WriteLine(n == null);
        Operation last = Plus;
        last += Times;
        Console.WriteLine(last(5, 6));
        Console.WriteLine(new Notify(One) == new Notify(One));
        Console.WriteLine(new Notify(One) == new Notify(Two));
        account.Fire("nobody");
        account.Changed += Two;
        account.Changed += One;
        account.Fire("event");
        n = One;
        n += Three;
        n += Two;
        try { n("d"); }
        catch (Exception e) { Console.WriteLine(e.Message); }
        n = null;
        try { n("e"); }
        catch (NullReferenceException) { Console.WriteLine("no delegate"); }
    }
}
