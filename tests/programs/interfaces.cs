// Interface calls: implicit, explicit, inherited, re-implemented, on structures, over polymorphic
// call sites.
using System;

interface INamed { string Name { get; } }
interface ICounter { int Next(); }
interface IBoth : INamed, ICounter { void Reset(int to); }
interface IOther { string Name { get; } }

class Counter : IBoth
{
    int n;
    public string Name { get { return "counter"; } }
    public int Next() { return ++n; }
    void IBoth.Reset(int to) { n = to; }
}

class Twice : IBoth, IOther
{
    int n;
    string INamed.Name { get { return "named twice"; } }
    string IOther.Name { get { return "other twice"; } }
    public string Name { get { return "plain twice"; } }
    public virtual int Next() { return n += 2; }
    public void Reset(int to) { n = to; }
}

class Thrice : Twice, ICounter
{
    int m;
    int ICounter.Next() { return m += 3; }
    public override int Next() { return -1; }
}

class Quiet : Twice
{
    public override int Next() { return 0; }
    public new void Reset(int to) { Console.WriteLine("not through the interface"); }
}

struct Step : ICounter, INamed
{
    public int N;
    public int Next() { return N += 10; }
    public string Name { get { return "step"; } }
}

class Program
{
    static int Run(ICounter c, int times)
    {
        int sum = 0;
        for (int i = 0; i < times; i++)
            sum += c.Next();
        return sum;
    }

    static int Mixed(ICounter[] counters, int times)
    {
        int sum = 0;
        for (int i = 0; i < times; i++)
            sum += counters[i % counters.Length].Next();
        return sum;
    }

    static void Main()
    {
        Counter counter = new Counter();
        Twice twice = new Twice();
        Thrice thrice = new Thrice();
        Console.WriteLine("{0} {1}", Run(counter, 4), counter.Name);
        Console.WriteLine("{0} {1}", Run(twice, 4), twice.Name);
        Console.WriteLine("{0} {1}", Run(thrice, 4), thrice.Next());
        Console.WriteLine(((INamed)twice).Name);
        Console.WriteLine(((IOther)twice).Name);
        Console.WriteLine(((IOther)thrice).Name);
        IBoth both = counter;
        both.Reset(100);
        Console.WriteLine(both.Next());
        both = new Quiet();
        both.Reset(5);
        Console.WriteLine(both.Next());
        Step step = new Step();
        Console.WriteLine(Run(step, 3));
        Console.WriteLine(step.N);
        ICounter boxed = step;
        boxed.Next();
        boxed.Next();
        Console.WriteLine(((Step)boxed).N);
        Console.WriteLine(((INamed)boxed).Name);
        ICounter[] all = { counter, twice, thrice, boxed, new Quiet() };
        Console.WriteLine(Mixed(all, 3000));
        object o = counter;
        Console.WriteLine("{0} {1} {2}", o is INamed, o is IOther, o as IOther == null);
        try { ((IOther)o).ToString(); }
        catch (InvalidCastException) { Console.WriteLine("not an IOther"); }
        try { Run(null, 1); }
        catch (NullReferenceException) { Console.WriteLine("no counter"); }
    }
}
