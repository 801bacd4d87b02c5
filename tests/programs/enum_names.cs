// Enums as text and numbers: names, parsing, flags, dictionary keys.
using System;
using System.Collections.Generic;

enum Color : byte { Red, Green = 5, Blue }
[Flags] enum Parts { A = 1, B = 2, C = 4 }

static class Program {
    static void Main() {
        Console.WriteLine(Color.Green);
        Console.WriteLine((Color)77);
        Console.WriteLine(Parts.A | Parts.C);
        Console.WriteLine((Parts)8);
        Console.WriteLine(string.Join(",", Enum.GetNames(typeof(Color))));
        foreach (Color q in Enum.GetValues(typeof(Color))) Console.Write((int)q + " ");
        Console.WriteLine();
        Console.WriteLine(Enum.Parse(typeof(Color), "Blue"));
        Color cc;
        Console.WriteLine(Enum.TryParse("Green", out cc) + " " + cc);
        Console.WriteLine(Color.Red.CompareTo(Color.Blue));
        Console.WriteLine(Color.Red.Equals(Color.Red));
        Console.WriteLine(Color.Blue.GetHashCode());
        Console.WriteLine((Parts.A|Parts.B).HasFlag(Parts.B));
        Console.WriteLine("{0:D} {0:X} {0:G}", Color.Blue);
        Console.WriteLine(Enum.IsDefined(typeof(Color), (byte)5));
        Console.WriteLine(Enum.GetUnderlyingType(typeof(Color)));
        var dict = new Dictionary<Color,int>{{Color.Red,1},{Color.Blue,2}};
        Console.WriteLine(dict[Color.Blue]);
    }
}
