// Branches, loops, switch on dense and sparse integers and on strings, goto, short circuits.
using System;

class Program
{
    static int calls;

    static bool Say(bool v) { calls++; return v; }

    static string Dense(int n)
    {
        switch (n)
        {
            case 0: return "zero";
            case 1: return "one";
            case 2:
            case 3: return "few";
            case 4: goto case 1;
            case 6: return "six";
            default: return "many";
        }
    }

    static int Sparse(int n)
    {
        switch (n)
        {
            case -1000000: return 1;
            case 7: return 2;
            case int.MaxValue: return 3;
            case int.MinValue: return 4;
        }
        return 0;
    }

    static string Word(string s)
    {
        switch (s)
        {
            case "red": return "rot";
            case "green": return "grün";
            case "blue": return "blau";
            case null: return "nichts";
            default: return "?";
        }
    }

    static int Collatz(long n)
    {
        int steps = 0;
        while (n != 1)
        {
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
            steps++;
        }
        return steps;
    }

    static void Main()
    {
        for (int i = -1; i < 8; i++)
            Console.WriteLine("{0} {1}", i, Dense(i));
        foreach (int n in new[] { -1000000, 7, int.MaxValue, int.MinValue, 0 })
            Console.WriteLine(Sparse(n));
        foreach (string s in new[] { "red", "green", "blue", null, "pink" })
            Console.WriteLine(Word(s));
        bool b = Say(false) && Say(true) || Say(true) || Say(false);
        Console.WriteLine("{0} {1}", b, calls);
        b = Say(true) & Say(false) | Say(true) ^ Say(true);
        Console.WriteLine("{0} {1}", b, calls);
        int longest = 0, at = 0;
        for (int n = 1; n < 3000; n++)
        {
            int c = Collatz(n);
            if (c > longest) { longest = c; at = n; }
        }
        Console.WriteLine("{0} {1}", at, longest);
        int sum = 0;
        for (int i = 0; ; i++)
        {
            if (i % 3 == 0) continue;
            if (i > 20) break;
            for (int j = 0; j < i; j++)
            {
                if (j == 5) goto next;
                sum += j;
            }
        next:;
        }
        Console.WriteLine(sum);
        int k = 10;
        do { k -= 3; } while (k > 0);
        Console.WriteLine(k);
        Console.WriteLine(k > 0 ? "positive" : k == 0 ? "zero" : "negative");
        uint u = 3000000000;
        long count = 0;
        for (uint x = u; x > 2999999990; x--)
            count++;
        Console.WriteLine(count);
    }
}
