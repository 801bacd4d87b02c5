// Vectors as lists: the generic interfaces that they implement.
using System;
using System.Collections.Generic;

static class Numbers {
    public static int Sum(IEnumerable<int> numbers) {
        int sum = 0;
        foreach (int n in numbers)
            sum += n;
        return sum;
    }
}

static class Program {
    static void Main() {
        Console.WriteLine(Numbers.Sum(new[]{1,2,3}));
        IList<int> l = new[]{4,5,6};
        Console.WriteLine(l[1] + " " + l.Count + " " + l.Contains(6) + " " + l.IndexOf(6) +
            l.IsReadOnly);
        try { l.Add(3); } catch (NotSupportedException e) { Console.WriteLine(e.Message); }
        IReadOnlyList<int> rl = new[] { 7 };
        Console.WriteLine(rl[0] + rl.Count);
        object oi = new int[1];
        Console.WriteLine(oi is IList<uint>);
        Console.WriteLine(oi is IList<long>);
    }
}
