// Rethrowing adds the callers to a stack trace, and nothing of what is there already.
using System;
using System.Runtime.CompilerServices;

static class Program {
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throw() { throw new InvalidOperationException("thrown"); }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Again() {
        try { Throw(); }
        catch (InvalidOperationException) { throw; }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Twice() {
        try {
            try { Again(); }
            catch { throw; }
        }
        catch (Exception) { throw; }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Anew() {
        try { Twice(); }
        catch (Exception e) { throw e; }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Recursive(int depth) {
        try {
            if (depth == 0) Throw();
            Recursive(depth - 1);
        }
        catch { throw; }
    }

    static bool Seen(Exception e) {
        Console.WriteLine("in the filter: {0}", Frames(e));
        return true;
    }

    static string Frames(Exception e) {
        string names = "";
        foreach (string line in e.StackTrace.Split('\n')) {
            string name = line.Trim().Substring(3);
            names += name.Substring(0, name.IndexOf('(')).Trim() + " ";
        }
        return names;
    }


    static void Main() {
        for (int i = 0; i < 2; i++) {
            try { Throw(); } catch (Exception e) { Console.WriteLine(Frames(e)); }
            try { Again(); } catch (Exception e) { Console.WriteLine(Frames(e)); }
            try { Twice(); } catch (Exception e) { Console.WriteLine(Frames(e)); }
            try { Anew(); } catch (Exception e) { Console.WriteLine(Frames(e)); }
            try { Recursive(2); } catch (Exception e) { Console.WriteLine(Frames(e)); }
            try {
                try { Throw(); } catch { throw; }
            }
            catch (Exception e) when (Seen(e)) { Console.WriteLine(Frames(e)); }
        }
    }
}
