// Arrays of arrays, and algorithms over them.
using System;

class Program
{
    static long[][] Multiply(long[][] a, long[][] b)
    {
        int n = a.Length;
        long[][] c = new long[n][];
        for (int i = 0; i < n; i++)
        {
            c[i] = new long[n];
            for (int j = 0; j < n; j++)
                for (int k = 0; k < n; k++)
                    c[i][j] += a[i][k] * b[k][j] % 1000003;
        }
        return c;
    }

    static int[][] Pascal(int rows)
    {
        int[][] p = new int[rows][];
        for (int i = 0; i < rows; i++)
        {
            p[i] = new int[i + 1];
            p[i][0] = p[i][i] = 1;
            for (int j = 1; j < i; j++)
                p[i][j] = p[i - 1][j - 1] + p[i - 1][j];
        }
        return p;
    }

    static int Sieve(int limit)
    {
        bool[] composite = new bool[limit + 1];
        int count = 0;
        for (int i = 2; i <= limit; i++)
        {
            if (composite[i])
                continue;
            count++;
            for (int j = 2 * i; j <= limit; j += i)
                composite[j] = true;
        }
        return count;
    }

    static void Sort(int[] a)
    {
        for (int i = 1; i < a.Length; i++)
        {
            int v = a[i], j = i - 1;
            for (; j >= 0 && a[j] > v; j--)
                a[j + 1] = a[j];
            a[j + 1] = v;
        }
    }

    static void Main()
    {
        int[][] pascal = Pascal(8);
        foreach (int[] row in pascal)
        {
            foreach (int v in row)
            {
                Console.Write(v);
                Console.Write(' ');
            }
            Console.WriteLine();
        }
        long[][] m = new long[20][];
        for (int i = 0; i < m.Length; i++)
        {
            m[i] = new long[20];
            for (int j = 0; j < 20; j++)
                m[i][j] = i * 31 + j * 17;
        }
        long[][] product = Multiply(m, Multiply(m, m));
        Console.WriteLine("{0} {1} {2}", product[0][0], product[7][13], product[19][19]);
        Console.WriteLine(Sieve(20000));
        int[] numbers = new int[200];
        uint seed = 12345;
        for (int i = 0; i < numbers.Length; i++)
        {
            seed = seed * 1664525 + 1013904223;
            numbers[i] = (int)(seed >> 16) % 1000;
        }
        Sort(numbers);
        Console.WriteLine("{0} {1} {2}", numbers[0], numbers[100], numbers[199]);
        object[][] mixed = { new object[] { 1, "two" }, new string[] { "three" }, null };
        Console.WriteLine("{0} {1} {2}", mixed[0][1], mixed[1][0], mixed[2] == null);
        try { mixed[2][0] = 1; }
        catch (NullReferenceException) { Console.WriteLine("null row"); }
        try { mixed[1][0] = 1; }
        catch (ArrayTypeMismatchException) { Console.WriteLine("not a string"); }
    }
}
