// Strings as the language sees them: literals, length, indexer, null and identity.
using System;

class Program
{
    static bool IsPalindrome(string s)
    {
        for (int i = 0, j = s.Length - 1; i < j; i++, j--)
            if (s[i] != s[j])
                return false;
        return true;
    }

    static uint Hash(string s)
    {
        uint h = 2166136261;
        foreach (char c in s)
            h = (h ^ c) * 16777619;
        return h;
    }

    static int Parse(string s)
    {
        int n = 0, i = 0;
        bool minus = s[0] == '-';
        if (minus)
            i++;
        for (; i < s.Length; i++)
        {
            if (s[i] < '0' || s[i] > '9')
                return -1;
            n = 10 * n + (s[i] - '0');
        }
        return minus ? -n : n;
    }

    static void Main()
    {
        string hello = "Hello, wörld €!";
        Console.WriteLine(hello);
        Console.WriteLine(hello.Length);
        Console.WriteLine(hello[8]);
        Console.WriteLine((int)hello[13]);
        Console.WriteLine(IsPalindrome("never odd or even"));
        Console.WriteLine(IsPalindrome("reliefpfeiler"));
        Console.WriteLine(Hash("The quick brown fox"));
        Console.WriteLine(Parse("-20479"));
        Console.WriteLine(Parse("20x"));
        string none = null, empty = "";
        Console.WriteLine(none == null);
        Console.WriteLine(empty == null);
        Console.WriteLine(empty == "");
        Console.WriteLine("ab" == "a" + "b");
        Console.WriteLine((object)"literal" == (object)"literal");
        Console.WriteLine(none == empty);
        Console.WriteLine("abc" == "abd");
        Console.WriteLine("abc" != "abcd");
        Console.WriteLine("tab\tquote\"backslash\\ \u00e9 \x41");
        Console.WriteLine(@"C:\verbatim\path");
        try { Console.WriteLine(hello[hello.Length]); }
        catch (IndexOutOfRangeException) { Console.WriteLine("behind the end"); }
        try { Console.WriteLine(none.Length); }
        catch (NullReferenceException) { Console.WriteLine("no string"); }
        Console.WriteLine("😀".Length);
        Console.WriteLine("😀");
        Console.WriteLine("{{{0}}}", hello);
    }
}
