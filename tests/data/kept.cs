// Allocates objects of which some stay; with an argument, more and more until there is no memory.
using System;
using System.Collections.Generic;

class Kept
{
    public long Number;
}

class Program
{
    static Kept[] kept = new Kept[100];

    // At most that many.
    static int Fill(int most)
    {
        var blocks = new List<byte[]>();
        try
        {
            while (blocks.Count < most)
                blocks.Add(new byte[100000]);
            throw new OutOfMemoryException();
        }
        catch (OutOfMemoryException)
        {
            int count = blocks.Count;
            blocks.Clear();
            GC.Collect();
            return count;
        }
    }

    static void Main(string[] args)
    {
        long sum = 0;
        for (int i = 0; i < kept.Length; i++)
            kept[i] = new Kept { Number = i };
        for (int i = 0; i < 20000; i++)
            sum += new byte[1000].Length;
        foreach (var k in kept)
            sum += k.Number;
        Console.WriteLine("sum " + sum);
        if (args.Length > 0)
        {
            Fill(1); // so that all the code is there when memory is short
            int blocks = Fill(int.MaxValue);
            Console.WriteLine(blocks > 50 && blocks < 200 ? "full" : "wrong: " + blocks);
        }
    }
}
