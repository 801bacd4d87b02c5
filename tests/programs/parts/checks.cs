// What programs print about what they try.
using System;

static class Checks
{
    public static void Show(string what, object value)
    {
        Console.WriteLine(what + ": " + value);
    }

    public static void Refused(string what, Action action)
    {
        try
        {
            action();
            Console.WriteLine(what + ": allowed");
        }
        catch (Exception e)
        {
            Console.WriteLine(what + ": " + e.GetType());
        }
    }
}
