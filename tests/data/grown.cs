// Methods that tests/plugins/emit.c gives bodies which use what this module does not refer to.
using System;
using System.Reflection;

class Program
{
    static int Sum() { return 0; }            // Enumerable.Sum(Enumerable.Range(1, 9))
    static int Count() { return 0; }          // Enumerable.Count<int>(Enumerable.Range(1, 9))
    static string Text() { return "old"; }    // ldstr of a new string
    static int Hit() { return -1; }           // Probe.Counter.Hit(), a new type's method, with a local variable
    static int Absolute(int x) { return x; }  // abs of the C library, by a new P/Invoke method
    static int First() { return Second(); }
    static int Second() { return 0; }

    static int Main()
    {
        Console.WriteLine("{0} {1} {2}", Sum(), Count(), Text());
        Console.WriteLine("{0} {1} {2}", Hit(), Hit(), Absolute(-7));
        Type counter = typeof(Program).Assembly.GetType("Probe.Counter");
        FieldInfo hits = counter.GetField("Hits");
        Console.WriteLine("{0} {1} {2}", counter, hits, hits.GetValue(null));
        Console.WriteLine("{0} types, {1} methods", typeof(Program).Assembly.GetTypes().Length,
                          counter.GetMethods(BindingFlags.Static | BindingFlags.Public).Length);
        return First();
    }
}
