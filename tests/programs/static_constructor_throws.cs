// A type initialiser that throws: TypeInitializationException now and at every later use.
using System;

class Bad
{
    public static int Value = 1;
    public static int Runs;
    static Bad()
    {
        Console.WriteLine("initialising");
        Runs++;
        throw new InvalidOperationException("not today");
    }
    public static void Method() { Console.WriteLine("never"); }
}

class UsesBad
{
    public static int Value;
    static UsesBad() { Value = Bad.Value; }
}

class Program
{
    static void Try(Action f)
    {
        try { f(); }
        catch (TypeInitializationException e)
        {
            Console.WriteLine(e.TypeName);
            Exception inner = e.InnerException;
            while (inner != null)
            {
                TypeInitializationException nested = inner as TypeInitializationException;
                Console.WriteLine(nested != null ? nested.TypeName : inner.Message);
                inner = inner.InnerException;
            }
        }
    }

    static TypeInitializationException Catch()
    {
        try { Bad.Method(); }
        catch (TypeInitializationException e) { return e; }
        return null;
    }

    static void Main()
    {
        Try(() => Console.WriteLine(Bad.Value));
        Try(() => Bad.Method());
        Try(() => new Bad());
        Try(() => Console.WriteLine(UsesBad.Value));
        Try(() => UsesBad.Value = 1);
        Console.WriteLine(Catch() == Catch());
        for (int i = 0; i < 1000; i++)
            Catch();
        Console.WriteLine("done");
    }
}
