// Decimal arithmetic, random numbers, GUIDs.
using System;

static class Program {
    static void Main() {
        decimal m = 10m / 3m;
        Console.WriteLine(m);
        Console.WriteLine(decimal.Round(m, 2));
        Console.WriteLine(decimal.Parse("1.10") * 2);
        Console.WriteLine((int)3.7m);
        Console.WriteLine(decimal.MaxValue);
        var rnd = new Random(42);
        Console.WriteLine(rnd.Next(100) + " " + rnd.Next(100) + " " + rnd.NextDouble());
        Console.WriteLine(new Random().Next(5) < 5);
        Console.WriteLine(Guid.NewGuid().ToString().Length);
        Console.WriteLine(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        Console.WriteLine(Guid.Empty == new Guid());
    }
}
