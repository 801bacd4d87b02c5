// Exceptions thrown in catch, in finally, and through several frames; the order of finally blocks.
using System;

class Program
{
    static int depth;

    static void Deep(int n)
    {
        depth++;
        try
        {
            if (n == 0)
                throw new Exception("bottom");
            Deep(n - 1);
        }
        finally
        {
            depth--;
            if (n % 2 == 0)
                Console.WriteLine("finally {0}", n);
        }
    }

    static void FromCatch()
    {
        try { throw new Exception("first"); }
        catch (Exception e)
        {
            Console.WriteLine(e.Message);
            throw new InvalidOperationException("second", e);
        }
        finally { Console.WriteLine("finally of the first"); }
    }

    static void FromFinally()
    {
        try
        {
            try { throw new Exception("lost"); }
            finally { throw new Exception("from finally"); }
        }
        finally { Console.WriteLine("outer finally"); }
    }

    static void CaughtInFinally()
    {
        try { throw new Exception("kept"); }
        finally
        {
            try { throw new Exception("inner"); }
            catch (Exception e) { Console.WriteLine("in finally: {0}", e.Message); }
            try { Console.WriteLine("nested try"); }
            finally { Console.WriteLine("nested finally"); }
        }
    }

    static void CaughtInCatch()
    {
        try { throw new Exception("a"); }
        catch (Exception e)
        {
            try { throw new Exception("b"); }
            catch (Exception f) { Console.WriteLine("{0} inside {1}", f.Message, e.Message); }
            Console.WriteLine("still {0}", e.Message);
        }
    }

    static void ThreeFinallies()
    {
        try
        {
            try
            {
                try { throw new Exception("through three"); }
                finally { Console.WriteLine("1"); }
            }
            finally { Console.WriteLine("2"); }
        }
        finally { Console.WriteLine("3"); }
    }

    static int LeaveThrough()
    {
        try
        {
            try
            {
                try { return 1; }
                finally { Console.WriteLine("a"); }
            }
            finally { Console.WriteLine("b"); }
        }
        finally { Console.WriteLine("c"); }
    }

    static void Show(Action f)
    {
        try { f(); }
        catch (Exception e)
        {
            Console.WriteLine("caught {0}", e.Message);
            if (e.InnerException != null)
                Console.WriteLine("because of {0}", e.InnerException.Message);
        }
    }

    static void Main()
    {
        Show(() => Deep(5));
        Console.WriteLine(depth);
        Show(FromCatch);
        Show(FromFinally);
        Show(CaughtInFinally);
        Show(CaughtInCatch);
        Show(ThreeFinallies);
        Console.WriteLine(LeaveThrough());
    }
}
