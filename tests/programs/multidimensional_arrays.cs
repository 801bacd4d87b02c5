// Multi-dimensional arrays: elements, bounds, lengths, structures, covariance.
using System;

struct Cell { public int A; public long B; }

class Program
{
    static int Sum(int[,] m)
    {
        int s = 0;
        for (int i = 0; i < m.GetLength(0); i++)
            for (int j = 0; j < m.GetLength(1); j++)
                s += m[i, j];
        return s;
    }

    static void Try(string what, Action f)
    {
        try { f(); Console.WriteLine("{0}: fine", what); }
        catch (IndexOutOfRangeException) { Console.WriteLine("{0}: out of range", what); }
        catch (ArrayTypeMismatchException) { Console.WriteLine("{0}: mismatch", what); }
        catch (NullReferenceException) { Console.WriteLine("{0}: null", what); }
        catch (OverflowException) { Console.WriteLine("{0}: overflow", what); }
    }

    static void Main()
    {
        int[,] m = { { 1, 2, 3 }, { 4, 5, 6 } };
        Console.WriteLine("{0} {1} {2}", m.Length, m.Rank, Sum(m));
        m[1, 2] += 100;
        m[0, 0]++;
        Console.WriteLine("{0} {1} {2}", m[1, 2], m[0, 0], Sum(m));
        byte[,,] cube = new byte[2, 3, 4];
        for (int i = 0; i < 24; i++)
            cube[i / 12, i / 4 % 3, i % 4] = (byte)(i * 11);
        Console.WriteLine("{0} {1}", cube[1, 2, 3], cube[0, 1, 2]);
        Cell[,] cells = new Cell[3, 3];
        cells[1, 1].A = 5;
        cells[1, 1].B -= 7;
        Cell copy = cells[1, 1];
        cells[2, 0] = copy;
        copy.A = 0;
        Console.WriteLine("{0} {1} {2}", cells[1, 1].A, cells[2, 0].B, cells[2, 0].A);
        string[,] names = new string[2, 2];
        names[0, 1] = "name";
        object[,] objects = names;
        int minus = -1;
        Try("in", () => m[1, 2] = 0);
        Try("row", () => m[2, 0] = 0);
        Try("column", () => m[0, 3] = 0);
        Try("negative", () => m[minus, 0] = 0);
        Try("mismatch", () => objects[0, 0] = new object());
        Try("size", () => m = new int[2, minus]);
        m = null;
        Try("null", () => m[0, 0] = 1);
        Console.WriteLine("{0} {1}", objects[0, 1], objects[1, 1] == null);
        long total = 0;
        double[,] table = new double[50, 40];
        for (int i = 0; i < 50; i++)
            for (int j = 0; j < 40; j++)
                table[i, j] = i * j / 2.0;
        for (int i = 0; i < 50; i++)
            for (int j = 0; j < 40; j++)
                total += (long)table[i, j];
        Console.WriteLine(total);
    }
}
