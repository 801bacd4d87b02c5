// Queries over objects.
using System;
using System.Collections.Generic;
using System.Linq;

class Item {
    public string Name;
    public int Quantity;
    public decimal Price;
}
static class Sequences {
    public static IEnumerable<int> Fibonacci(int count) {
        int a = 0, b = 1;
        for (int i = 0; i < count; i++) {
            yield return a;
            int next = a + b;
            a = b;
            b = next;
        }
    }
}

static class Program {
    static void Main() {
        var items = new[] { new Item{Name="pear",Quantity=3,Price=1.5m}, new
            Item{Name="apple",Quantity=10,Price=0.25m}, new
            Item{Name="fig",Quantity=3,Price=9.99m} };
        foreach (var g in items.GroupBy(i => i.Quantity).OrderBy(g => g.Key))
            Console.WriteLine("{0}: {1}", g.Key, string.Join(",", g.Select(i => i.Name).OrderBy(w
            => w)));
        Console.WriteLine(items.Sum(i => i.Price * i.Quantity));
        Console.WriteLine(items.Max(i => i.Price));
        Console.WriteLine(items.Average(i => i.Quantity));
        Console.WriteLine(Enumerable.Range(1, 10).Where(x => x % 2 == 0).Select(x => x *
            x).Aggregate((a, b) => a + b));
        var d = items.ToDictionary(i => i.Name, i => i.Quantity);
        Console.WriteLine(d["fig"]);
        Console.WriteLine(string.Join(" ", Sequences.Fibonacci(12)));
        Console.WriteLine(Sequences.Fibonacci(30).Skip(5).Take(3).ToList().Count);
        Console.WriteLine(Sequences.Fibonacci(10).ToArray().Length);
        Console.WriteLine(string.Join(";", from i in items where i.Quantity == 3 orderby i.Name
            descending select i.Name.ToUpper()));
        Console.WriteLine(items.Any(i => i.Quantity > 5) + " " + items.All(i => i.Quantity > 5) +
            " " + items.First(i => i.Quantity == 3).Name + " " + items.LastOrDefault().Name);
        Console.WriteLine(string.Join(",", new[]{1,2,2,3}.Distinct().Concat(new[]{9}).Reverse()));
        Console.WriteLine(new[]{1,2,3}.Zip(new[]{"a","b","c"}, (x,y) => x+y).Last());
        Console.WriteLine(new[]{3,1,2}.OrderByDescending(x => x).ThenBy(x => x).First());
        Console.WriteLine(new[]{1,2}.SelectMany(x => new[]{x,x*10}).Count());
        Console.WriteLine(string.Join(",", new HashSet<int>{1,2,3}.Intersect(new[]{2,3,4})));
        var lk = items.ToLookup(i => i.Quantity);
        Console.WriteLine(lk[3].Count());
    }
}
