// try, catch and finally: which handler is taken, in which order blocks run, what a return does.
using System;

class MyException : Exception
{
    public int Code;
    public MyException(int code, string message) : base(message) { Code = code; }
}
class MoreSpecial : MyException
{
    public MoreSpecial() : base(7, "special") { }
}

class Program
{
    static void Thrower(int n)
    {
        switch (n)
        {
            case 0: return;
            case 1: throw new MyException(1, "mine");
            case 2: throw new MoreSpecial();
            case 3: throw new Exception("plain");
            case 4: throw new ArgumentException("argument");
            case 5: throw null;
        }
    }

    static void Handle(int n)
    {
        try
        {
            try
            {
                Thrower(n);
                Console.WriteLine("no exception");
            }
            catch (MoreSpecial e) { Console.WriteLine("special {0}", e.Code); }
            catch (MyException e) { Console.WriteLine("mine {0} {1}", e.Code, e.Message); }
            finally { Console.WriteLine("inner finally"); }
        }
        catch (ArgumentException e) { Console.WriteLine("argument: {0}", e.Message); }
        catch (NullReferenceException) { Console.WriteLine("null"); }
        catch (Exception e) { Console.WriteLine("any: {0}", e.Message); }
        finally { Console.WriteLine("outer finally"); }
    }

    static int ReturnsFromTry()
    {
        int v = 1;
        try { return v; }
        finally { v = 2; Console.WriteLine("finally after return"); }
    }

    static int ReturnsFromCatch()
    {
        try { Thrower(1); return 0; }
        catch (MyException e) { return e.Code + 10; }
        finally { Console.WriteLine("finally after catch"); }
    }

    static string Loop()
    {
        string s = "";
        for (int i = 0; i < 6; i++)
        {
            try
            {
                if (i == 1) continue;
                if (i == 4) break;
                s += i;
                if (i == 3) throw new Exception();
                s += "-";
            }
            catch { s += "x"; }
            finally { s += "f"; }
        }
        return s;
    }

    static void Main()
    {
        for (int n = 0; n <= 5; n++)
            Handle(n);
        Console.WriteLine(ReturnsFromTry());
        Console.WriteLine(ReturnsFromCatch());
        Console.WriteLine(Loop());
        try
        {
            try { }
            finally { Console.WriteLine("empty try"); }
        }
        finally { Console.WriteLine("around"); }
    }
}
