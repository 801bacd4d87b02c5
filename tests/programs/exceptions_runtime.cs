// Exceptions that instructions throw, with the messages of the class library.
using System;

class Program
{
    class Node { public Node Next; public int V; public int Get() { return V; } }

    static void Try(string what, Action f)
    {
        try { f(); Console.WriteLine("{0}: nothing", what); }
        catch (DivideByZeroException) { Console.WriteLine("{0}: DivideByZeroException", what); }
        catch (OverflowException) { Console.WriteLine("{0}: OverflowException", what); }
        catch (ArithmeticException) { Console.WriteLine("{0}: ArithmeticException", what); }
        catch (NullReferenceException) { Console.WriteLine("{0}: NullReferenceException", what); }
        catch (IndexOutOfRangeException) { Console.WriteLine("{0}: IndexOutOfRangeException", what); }
        catch (ArrayTypeMismatchException) { Console.WriteLine("{0}: ArrayTypeMismatchException", what); }
        catch (InvalidCastException) { Console.WriteLine("{0}: InvalidCastException", what); }
        catch (SystemException) { Console.WriteLine("{0}: SystemException", what); }
    }

    static int Sum(int[] a, int n)
    {
        int s = 0;
        for (int i = 0; i < n; i++)
            s += a[i];
        return s;
    }

    static void Main()
    {
        int zero = 0, minus = -1;
        Node none = null;
        int[] ints = new int[4];
        object text = "text";
        Try("divide", () => ints[0] = 1 / zero);
        Try("remainder", () => ints[0] = 1 % zero);
        Try("overflow", () => ints[0] = int.MinValue / minus);
        Try("field", () => ints[0] = none.V);
        Try("field store", () => none.V = 1);
        Try("chain", () => ints[0] = new Node().Next.V);
        Try("method", () => none.Get());
        Try("index", () => ints[4] = 1);
        Try("negative index", () => ints[minus]++);
        Try("cast", () => ints[0] = ((Node)text).V);
        Try("unbox", () => ints[0] = (int)text);
        Try("array store", () => ((object[])new string[1])[0] = none ?? new object());
        Try("negative size", () => ints = new int[minus]);
        Try("throw null", () => { throw null; });
        int caught = 0;
        for (int i = 0; i < 2000; i++)
        {
            try { caught += Sum(ints, i % 6); }
            catch (IndexOutOfRangeException) { caught += 1000; }
        }
        Console.WriteLine(caught);
        for (int i = 0; i < 2000; i++)
        {
            try { caught += 100 / (i % 4); }
            catch (DivideByZeroException) { caught--; }
        }
        Console.WriteLine(caught);
        Node list = new Node { V = 1, Next = new Node { V = 2 } };
        int nulls = 0;
        for (int i = 0; i < 1000; i++)
        {
            Node n = list;
            try
            {
                for (int k = 0; k <= i % 4; k++)
                {
                    nulls += n.V;
                    n = n.Next;
                }
            }
            catch (NullReferenceException) { nulls += 10000; }
        }
        Console.WriteLine(nulls);
    }
}
