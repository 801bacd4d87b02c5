// rethrow: the same object goes on, from the catch block; its message and identity are kept.
using System;

class Program
{
    static Exception seen;

    static void Source() { throw new Exception("source"); }

    static void Once()
    {
        try { Source(); }
        catch (Exception e)
        {
            seen = e;
            Console.WriteLine("once");
            throw;
        }
        finally { Console.WriteLine("finally once"); }
    }

    static void Twice()
    {
        try { Once(); }
        catch (InvalidOperationException) { Console.WriteLine("wrong"); }
        catch
        {
            Console.WriteLine("twice");
            throw;
        }
    }

    static void AfterAnother()
    {
        try { Source(); }
        catch (Exception)
        {
            try { throw new InvalidOperationException("another"); }
            catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
            throw;
        }
    }

    static void InnerOfTwo()
    {
        try { Source(); }
        catch (Exception)
        {
            try
            {
                try { throw new InvalidOperationException("inner"); }
                catch (InvalidOperationException) { throw; }
            }
            catch (Exception e) { Console.WriteLine("{0} came", e.Message); }
            throw;
        }
    }

    static void Conditional(bool again)
    {
        try { Source(); }
        catch (Exception e)
        {
            Console.WriteLine("again {0}", again);
            if (again)
                throw;
            Console.WriteLine("swallowed {0}", e.Message);
        }
    }

    static void WithFilter()
    {
        try { Source(); }
        catch (Exception e) when (e.Message == "source")
        {
            Console.WriteLine("filtered");
            throw;
        }
    }

    static void Show(Action f)
    {
        try { f(); }
        catch (Exception e) { Console.WriteLine("{0} {1}", e.Message, (object)e == (object)seen); }
    }

    static void Main()
    {
        Show(Once);
        Show(Twice);
        Show(AfterAnother);
        Show(InnerOfTwo);
        Show(() => Conditional(true));
        Show(() => Conditional(false));
        Show(WithFilter);
        int n = 0;
        for (int i = 0; i < 600; i++)
        {
            try
            {
                try { throw new Exception(); }
                catch { n++; throw; }
            }
            catch { n++; }
        }
        Console.WriteLine(n);
    }
}
