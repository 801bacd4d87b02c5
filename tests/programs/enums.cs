// Enums of several underlying types: arithmetic, flags, switch, comparison, conversion.
using System;

enum Level { Low = 1, Middle = 5, High = 10 }
enum Small : sbyte { Minus = -100, Zero = 0, Plus = 100 }
enum Wide : ulong { None, Top = 0x8000000000000000 }
[Flags] enum Access : short { None = 0, Read = 1, Write = 2, Run = 4, All = Read | Write | Run }

class Program
{
    static string Text(Level l)
    {
        switch (l)
        {
            case Level.Low: return "low";
            case Level.Middle: return "middle";
            case Level.High: return "high";
            default: return "between";
        }
    }

    static Access Grant(Access a, Access more) { return a | more; }
    static bool Can(Access a, Access what) { return (a & what) == what; }

    class Door
    {
        public Access Access = Access.Read;
        public Level[] Levels = { Level.High, Level.Low };
        public static Small Shared = Small.Minus;
    }

    static void Main()
    {
        for (Level l = Level.Low; l <= Level.High; l += 2)
            Console.WriteLine("{0} {1}", (int)l, Text(l));
        Console.WriteLine(Text(Level.Middle));
        Console.WriteLine(Text(Level.High));
        Console.WriteLine(Level.High - Level.Low);
        Access a = Grant(Access.Read, Access.Run);
        Console.WriteLine("{0} {1} {2}", (int)a, Can(a, Access.Run), Can(a, Access.Write));
        a ^= Access.All;
        Console.WriteLine((int)a);
        a = ~a;
        Console.WriteLine((int)a);
        Small s = Small.Plus;
        s += 100;
        Console.WriteLine((int)s);
        Console.WriteLine((int)(Small)Level.High);
        Console.WriteLine(Small.Minus < Small.Plus);
        Wide w = Wide.Top;
        Console.WriteLine((ulong)w);
        Console.WriteLine(w > Wide.None);
        w--;
        Console.WriteLine((ulong)w);
        Door d = new Door();
        d.Access |= Access.Write;
        Console.WriteLine((int)d.Access);
        Console.WriteLine((int)d.Levels[0]);
        d.Levels[1] = Level.Middle;
        foreach (Level l in d.Levels)
            Console.WriteLine(Text(l));
        Door.Shared++;
        Console.WriteLine((int)Door.Shared);
        object boxed = Level.Low, other = Level.Low;
        Console.WriteLine((Level)boxed == (Level)other);
        Console.WriteLine((int)boxed);
        Level[] levels = new Level[2];
        Console.WriteLine((int)levels[1]);
        int[] ints = (int[])(object)new Level[] { Level.High };
        Console.WriteLine(ints[0]);
    }
}
