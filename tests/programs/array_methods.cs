// System.Array: sorting, searching, copying.
using System;

static class Program {
    static void Main() {
        int[][] j = { new[] { 1 }, new[] { 2, 3 } };
        Array.Sort(j, (x,y) => y.Length - x.Length);
        Console.WriteLine(j[0].Length);
        int[] z = {3,1,2};
        Array.Sort(z);
        Console.WriteLine(string.Join(" ", z));
        Array.Reverse(z);
        Console.WriteLine(z[0]);
        Console.WriteLine(Array.IndexOf(z, 1));
        Array.Resize(ref z, 5);
        Console.WriteLine(z.Length);
        Console.WriteLine(Array.BinarySearch(new[]{1,3,5}, 3));
        string[] w = {"pear","Apple","fig"};
        Array.Sort(w);
        Console.WriteLine(string.Join(" ", w));
        long[] lg = new long[3];
        Array.Copy(new[]{1,2,3}, lg, 3);
        Console.WriteLine(lg[2]);
        object[] os = new object[2];
        Array.Copy(new[]{1,2}, os, 2);
        Console.WriteLine(os[1]);
    }
}
