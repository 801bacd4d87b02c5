// Arrays of several dimensions: elements, bounds, copies, enumeration.
using System;

struct Point {
    public int X, Y;
    public long Z;
}

static class Program {
    static void Main() {
        int[,] a = new int[2,3];
        a[1,2] = 7;
        a[0,0] = 1;
        Console.WriteLine("{0} {1} {2} {3}", a[1,2], a.Length, a.Rank, a.GetLength(1));
        int[,,] b = { { {1,2},{3,4} }, { {5,6},{7,8} } };
        int sum = 0;
        foreach (int x in b) sum += x;
        Console.WriteLine(sum);
        string[,] s = { {"a","b"},{"c","d"} };
        s[1,1] += "x";
        Console.WriteLine(string.Concat(s[0,1], s[1,1]));
        Point[,] p = new Point[3,3];
        p[1,1].X = 4;
        p[1,1].Z = 5;
        Console.WriteLine(p[1,1].X + p[1,1].Z + p[0,0].Y);
        try { a[2,0] = 1; } catch (IndexOutOfRangeException e) { Console.WriteLine(e.Message); }
        var d = Array.CreateInstance(typeof(int), new[]{2,2}, new[]{1,10});
        d.SetValue(42, 2, 11);
        Console.WriteLine(d.GetValue(2,11));
        Console.WriteLine("{0} {1} {2}", d.GetLowerBound(1), d.GetUpperBound(1),
            d.GetType().Name);
        var c = (int[,])a.Clone();
        c[0,0] = 99;
        Console.WriteLine(a[0,0] + " " + c[0,0]);
        int[][] j = { new[]{1}, new[]{2,3} };
        Console.WriteLine(j[1][1]);
        double[,] m = new double[2,2];
        ref double r = ref m[1,0];
        r = 2.5;
        Console.WriteLine(m[1,0]);
    }
}
