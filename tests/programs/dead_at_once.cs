// Objects that nothing refers to any more are dead at the next collection, also right after the code
// that used them: what calls have left behind on stacks and in registers does not count.
using System;
using System.Threading;

class Mortal
{
    public static int Dead;
    public Mortal Next;

    ~Mortal() { Interlocked.Increment(ref Dead); }
}

class Owner
{
    Mortal mortal = new Mortal();

    public void Drop()
    {
        mortal = null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

class Program
{
    const int Times = 20;

    static void Show(string what, int made)
    {
        int dead = Interlocked.Exchange(ref Mortal.Dead, 0);
        // A stack is read as if all that looks like a reference were one: a few may be unlucky.
        Console.WriteLine(what + ": " + (dead >= made * 3 / 4 ? "dead" : dead + " dead of " + made));
    }

    static Mortal List(int length)
    {
        Mortal first = null;
        for (int i = 0; i < length; i++)
            first = new Mortal { Next = first };
        return first;
    }

    static int Length(Mortal list)
    {
        int length = 0;
        for (; list != null; list = list.Next)
            length++;
        return length;
    }

    static void MakeAndForget()
    {
        Mortal mortal = new Mortal();
        mortal = null;
    }

    static bool Kept()
    {
        var mortal = new Mortal();
        var weak = new WeakReference(mortal);
        MakeAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        bool kept = weak.IsAlive;
        GC.KeepAlive(mortal);
        return kept;
    }

    static void Main()
    {
        for (int i = 0; i < Times; i++)
            new Owner().Drop();
        Show("a field's", Times);

        for (int i = 0; i < Times; i++)
        {
            Mortal list = List(10);
            if (Length(list) != 10)
                Console.WriteLine("the list is broken");
            list = null;
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Show("lists", 10 * Times);

        for (int i = 0; i < Times; i++)
        {
            MakeAndForget();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Show("a local's", Times);

        int kept = 0;
        for (int i = 0; i < Times; i++)
            kept += Kept() ? 1 : 0;
        Console.WriteLine("kept alive: " + (kept == Times));
        Show("beside what is kept", Times);
    }
}
