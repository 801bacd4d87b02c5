// A type initialiser that throws, unhandled.
using System;

class Bad
{
    public static int Value = Make();
    static Bad() { }
    static int Make() { throw new Exception("cannot make it"); }
}

class Program
{
    static void Main()
    {
        Console.WriteLine("before");
        Console.WriteLine(Bad.Value);
    }
}
