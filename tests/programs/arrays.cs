// Vectors of every element size, bounds, null, length, covariance, structures as elements.
using System;

struct Point
{
    public int X, Y, Z;
    public Point(int x, int y) { X = x; Y = y; Z = x * y; }
    public void Move(int d) { X += d; Y -= d; }
    public int Sum { get { return X + Y + Z; } }
}

class Program
{
    static void Try(string what, Action f)
    {
        try { f(); Console.WriteLine("{0}: fine", what); }
        catch (IndexOutOfRangeException) { Console.WriteLine("{0}: out of range", what); }
        catch (NullReferenceException) { Console.WriteLine("{0}: null", what); }
        catch (ArrayTypeMismatchException) { Console.WriteLine("{0}: type mismatch", what); }
        catch (OverflowException) { Console.WriteLine("{0}: overflow", what); }
        catch (InvalidCastException) { Console.WriteLine("{0}: invalid cast", what); }
    }

    static void Sizes()
    {
        sbyte[] a = new sbyte[3];
        byte[] b = new byte[3];
        short[] c = new short[3];
        ushort[] d = new ushort[3];
        long[] e = new long[3];
        float[] f = new float[3];
        double[] g = new double[3];
        bool[] h = new bool[3];
        char[] i = new char[3];
        for (int k = 0; k < 3; k++)
        {
            a[k] = (sbyte)(-k * 60);
            b[k] = (byte)(k * 127);
            c[k] = (short)(k * 20000);
            d[k] = (ushort)(k * 32767);
            e[k] = k * 10000000000;
            f[k] = k / 2f;
            g[k] = k / 4.0;
            h[k] = k == 1;
            i[k] = (char)('x' + k);
        }
        for (int k = 0; k < 3; k++)
        {
            Console.WriteLine("{0} {1} {2}", a[k], b[k], c[k]);
            Console.WriteLine("{0} {1} {2}", d[k], e[k], f[k]);
            Console.WriteLine("{0} {1} {2}", g[k], h[k], i[k]);
        }
    }

    static void Structures()
    {
        Point[] points = new Point[4];
        for (int i = 0; i < points.Length; i++)
            points[i] = new Point(i, i + 1);
        points[2].Move(10);
        points[3].Z = -1;
        Point copy = points[2];
        copy.Move(100);
        foreach (Point p in points)
            Console.WriteLine("{0} {1} {2}", p.X, p.Y, p.Sum);
        Console.WriteLine(copy.X);
    }

    static void Main()
    {
        int[] v = { 1, 2, 3 };
        int[] none = null;
        int minus = -1;
        Try("v[2]", () => v[2]++);
        Try("v[3]", () => v[3] = 0);
        Try("v[-1]", () => v[minus] = 0);
        Try("none[0]", () => none[0] = 0);
        Try("none.Length", () => Console.WriteLine(none.Length));
        Try("new int[-1]", () => v = new int[minus]);
        object[] objects = new string[] { "a", "b" };
        Try("string into string[]", () => objects[0] = "c");
        Try("null into string[]", () => objects[0] = null);
        Try("object into string[]", () => objects[1] = new object());
        Try("cast", () => Console.WriteLine(((string[])objects)[1]));
        Try("bad cast", () => Console.WriteLine(((Program[])objects)[1]));
        Console.WriteLine(objects is string[]);
        Console.WriteLine(objects is object[]);
        Console.WriteLine((object)v is uint[]);
        Console.WriteLine((object)v is long[]);
        Sizes();
        Structures();
        Console.WriteLine(new int[0].Length);
        ref int second = ref v[1];
        second = 77;
        Console.WriteLine("{0} {1} {2}", v[0], v[1], v[2]);
    }
}
