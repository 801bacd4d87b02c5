// Building, searching, comparing and encoding text.
using System;
using System.Collections.Generic;
using System.Text;
using System.Globalization;

static class Program {
    static void Main() {
        var sb = new StringBuilder();
        sb.Append("a").Append(1).AppendFormat("{0:F2}", 2.5).AppendLine().Insert(0,
            "<").Replace("a", "bb");
        Console.Write(sb.ToString());
        Console.WriteLine(sb.Length);
        Console.WriteLine("a,b,,c".Split(',').Length + " " + "a,b,,c".Split(new[]{','},
            StringSplitOptions.RemoveEmptyEntries).Length);
        Console.WriteLine("hello".Replace("l","L") + "hello".IndexOf("lo") + "hello".IndexOf('z')
            + "hello".LastIndexOf('l') + "hello".Substring(1,3) + "Hello".ToLower() +
            "  x ".Trim() + "|" + "x".PadLeft(4,'.') + "hello".Contains("ell") +
            "hello".StartsWith("he") + "hello".EndsWith("x"));
        Console.WriteLine("a".CompareTo("B") + " " + string.Compare("a-b", "ab") + " " +
            string.CompareOrdinal("a","B") + " " +
            string.Compare("A","a",StringComparison.OrdinalIgnoreCase));
        var ss = new List<string>{"banana","Apple","cherry","apple"};
        ss.Sort();
        Console.WriteLine(string.Join(" ", ss));
        ss.Sort(StringComparer.Ordinal);
        Console.WriteLine(string.Join(" ", ss));
        Console.WriteLine(Encoding.UTF8.GetBytes("é€").Length + " " + Encoding.UTF8.GetString(new
            byte[]{0xc3,0xa9}).Length + " " + Encoding.ASCII.GetString(new byte[]{65})+ " " +
            Encoding.Unicode.GetBytes("ab").Length);
        Console.WriteLine(char.IsLetter('é') + " " + char.ToUpper('ß') + " " + char.IsDigit('5')
            + char.IsWhiteSpace(' ') + char.GetUnicodeCategory('A') + " " + "ÀÉ".ToLower());
    }
}
