// What the engines run inline: lengths and characters of strings, Math, boxing, allocation, and
// indexes of 64 bits; in loops long enough to be compiled.
using System;

enum Small : byte { A = 1, B = 255 }

class Node { public Node Next; public int Value; public Node(Node next, int value) { Next = next; Value = value; } }

class Program
{
    static int Count(string text, char c)
    {
        int n = 0;
        for (int i = 0; i < text.Length; i++)
            if (text[i] == c)
                n++;
        return n;
    }

    static string Char(string text, int index)
    {
        try {
            return text[index].ToString();
        } catch (IndexOutOfRangeException) {
            return "IndexOutOfRangeException";
        } catch (NullReferenceException) {
            return "NullReferenceException";
        }
    }

    static string Length(string text)
    {
        try {
            return text.Length.ToString();
        } catch (NullReferenceException) {
            return "NullReferenceException";
        }
    }

    static string Element(int[] items, long index)
    {
        try {
            items[index]++;
            return items[index].ToString();
        } catch (IndexOutOfRangeException) {
            return "IndexOutOfRangeException";
        }
    }

    static double Functions(double x)
    {
        return Math.Sqrt(Math.Abs(x)) + Math.Floor(x) * 1000 + Math.Ceiling(x);
    }

    static object[] Boxes(int i)
    {
        return new object[] { (sbyte)i, (byte)i, (short)i, (ushort)i, i, (uint)i, (long)i, (ulong)i, (float)i, (double)i,
                              i % 2 == 0, (char)(i % 26 + 'a'), (Small)i, (int?)i, (int?)null, (decimal)i };
    }

    static void Main()
    {
        string text = "the quick brown fox jumps over the lazy dog";
        int total = 0;
        for (int i = 0; i < 500; i++)
            total += Count(text, 'o');
        Console.WriteLine(total);
        for (int round = 0; round < 600; round++) {
            string a = Char(text, 0) + Char(text, text.Length - 1) + Char(text, text.Length) + Char(text, -1) + Char(null, 0);
            string b = Length(text) + Length("") + Length(null);
            if (round == 0 || round == 599)
                Console.WriteLine(a + " " + b);
        }
        int[] items = new int[3];
        for (int round = 0; round < 600; round++) {
            string a = Element(items, 2) + " " + Element(items, 3) + " " + Element(items, -1) + " " + Element(items, 1L << 32)
                       + " " + Element(items, long.MinValue);
            if (round == 0 || round == 599)
                Console.WriteLine(a);
        }
        double sum = 0;
        for (int i = -2000; i < 2000; i++)
            sum += Functions(i / 8.0);
        Console.WriteLine(sum.ToString("R"));
        Console.WriteLine(Functions(double.NaN) + " " + double.IsInfinity(1 / Math.Abs(-0.0)) + " " + Math.Sqrt(-1.0));
        Console.WriteLine(Math.Sin(0.5).ToString("R") + " " + Math.Cos(0.5).ToString("R") + " " + Math.Exp(1.5).ToString("R")
                          + " " + Math.Log(10.0).ToString("R") + " " + Math.Atan(2.0).ToString("R"));
        string boxes = "";
        for (int i = 0; i < 1000; i++) {
            boxes = "";
            foreach (object o in Boxes(i))
                boxes += (o == null ? "null" : o.GetType().Name + "=" + o) + " ";
        }
        Console.WriteLine(boxes);
        long nodes = 0;
        for (int i = 0; i < 200; i++) {
            Node list = null;
            for (int k = 0; k < 1000; k++)
                list = new Node(list, k);
            for (Node n = list; n != null; n = n.Next)
                nodes += n.Value;
        }
        Console.WriteLine(nodes);
    }
}
