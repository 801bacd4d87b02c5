// Recursion: deep, mutual, through virtual calls, interfaces, delegates and generics.
using System;

interface INode { int Depth(); }
class Leaf : INode { public int Depth() { return 1; } }
class Fork : INode
{
    INode a, b;
    public Fork(INode a, INode b) { this.a = a; this.b = b; }
    public int Depth()
    {
        int x = a.Depth(), y = b.Depth();
        return 1 + (x > y ? x : y);
    }
}

class Program
{
    static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }
    static bool IsEven(int n) { return n == 0 || IsOdd(n - 1); }
    static bool IsOdd(int n) { return n != 0 && IsEven(n - 1); }
    static int Ackermann(int m, int n)
    {
        if (m == 0) return n + 1;
        if (n == 0) return Ackermann(m - 1, 1);
        return Ackermann(m - 1, Ackermann(m, n - 1));
    }
    static long Gcd(long a, long b) { return b == 0 ? a : Gcd(b, a % b); }
    static void Hanoi(int n, int from, int to, int via, ref int moves)
    {
        if (n == 0)
            return;
        Hanoi(n - 1, from, via, to, ref moves);
        moves++;
        Hanoi(n - 1, via, to, from, ref moves);
    }
    static double Power(double b, int n)
    {
        if (n == 0) return 1;
        double half = Power(b, n / 2);
        return n % 2 == 0 ? half * half : half * half * b;
    }
    static int Deep(int n) { return n == 0 ? 0 : 1 + Deep(n - 1); }
    static int Queens(int n, int row, int columns, int left, int right)
    {
        if (row == n)
            return 1;
        int count = 0;
        for (int c = 0; c < n; c++)
        {
            int bit = 1 << c;
            if ((columns & bit) != 0 || (left & bit) != 0 || (right & bit) != 0)
                continue;
            count += Queens(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
        }
        return count;
    }
    static long Many(int a, long b, double c, byte d, string e, int f, long g, float h, int i, int j)
    {
        if (a == 0)
            return b + (long)c + d + e.Length + f + g + (long)h + i + j;
        return Many(a - 1, b + 1, c + 0.5, (byte)(d + 1), e, f - 1, g * 2, h + 1, j, i);
    }

    static void Main()
    {
        Console.WriteLine(Fib(20));
        Console.WriteLine("{0} {1}", IsEven(3000), IsOdd(2999));
        Console.WriteLine(Ackermann(2, 6));
        Console.WriteLine(Gcd(1234567890123456780, 9876543210));
        int moves = 0;
        Hanoi(10, 1, 3, 2, ref moves);
        Console.WriteLine(moves);
        Console.WriteLine(Power(1.5, 10));
        Console.WriteLine(Deep(5000));
        Console.WriteLine(Queens(7, 0, 0, 0, 0));
        Console.WriteLine(Many(20, 1, 2, 250, "five", 6, 7, 8, 9, 10));
        INode tree = new Leaf();
        for (int i = 0; i < 12; i++)
            tree = new Fork(tree, i % 2 == 0 ? new Leaf() : tree);
        Console.WriteLine(tree.Depth());
        Func<Func<int, int>, Func<int, int>> step = f => n => n == 0 ? 1 : n * f(n - 1) % 10007;
        Func<int, int> self = null;
        self = n => step(self)(n);
        Console.WriteLine(self(50));
    }
}
