// Filters run in the first pass, before any finally block; one that throws says no.
using System;

class Program
{
    static bool Say(string text, bool result)
    {
        Console.WriteLine("filter {0}", text);
        return result;
    }

    static bool Boom(string text)
    {
        Console.WriteLine("filter {0} throws", text);
        throw new InvalidOperationException("in the filter");
    }

    static void Thrower(string message)
    {
        try { throw new Exception(message); }
        finally { Console.WriteLine("finally of Thrower"); }
    }

    static void Middle(string message)
    {
        try { Thrower(message); }
        catch (Exception e) when (Say("Middle", e.Message == "middle"))
        {
            Console.WriteLine("Middle caught {0}", e.Message);
        }
        finally { Console.WriteLine("finally of Middle"); }
    }

    static void Outer(string message)
    {
        try { Middle(message); }
        catch (ArgumentException) when (Say("never asked", true)) { Console.WriteLine("wrong"); }
        catch (Exception) when (Boom("Outer")) { Console.WriteLine("wrong"); }
        catch (Exception e) when (Say("Outer 1", false)) { Console.WriteLine("wrong {0}", e); }
        catch (Exception e) when (Say("Outer 2", e.Message != "main"))
        {
            Console.WriteLine("Outer caught {0}", e.Message);
        }
    }

    static int Locals(int limit)
    {
        int seen = 0;
        for (int i = 0; i < 10; i++)
        {
            int mine = i * 10;
            try { throw new Exception(); }
            catch (Exception) when (mine++ > limit) { return mine; }
            catch (Exception) { seen += mine; }
        }
        return seen;
    }

    static bool Nested(Exception e)
    {
        try { throw new Exception("inside the filter"); }
        catch (Exception inner) when (Say("nested", true))
        {
            Console.WriteLine(inner.Message);
        }
        finally { Console.WriteLine("finally inside the filter"); }
        return e.Message == "x";
    }

    static void Main()
    {
        Outer("middle");
        Outer("outer");
        try { Outer("main"); }
        catch (Exception e) { Console.WriteLine("Main caught {0}", e.Message); }
        Console.WriteLine(Locals(35));
        Console.WriteLine(Locals(1000));
        try { throw new Exception("x"); }
        catch (Exception e) when (Nested(e)) { Console.WriteLine("yes"); }
        int count = 0;
        for (int i = 0; i < 1000; i++)
        {
            try { throw new Exception(); }
            catch (Exception) when (i % 3 == 0) { count++; }
            catch (Exception) when (i % 3 == 1) { count += 1000; }
            catch { }
        }
        Console.WriteLine(count);
    }
}
