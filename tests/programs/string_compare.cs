// Comparing, searching and changing case: ordinal and by the invariant culture's collation.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

class StringCompare {
    static void Main() {
        string[] words = { "", "a", "A", "b", "B", "ab", "aB", "a-b", "ab-", "co-op", "coop", "cote", "coté", "côte", "côté", "résumé", "resume", "Résumé", "straße", "strasse", "ß", "ss", "æ", "ae", "\u00c5", "A\u030a", "Z", "z", "1", "10", "2", "_", ".", "$", " ", "\t", "ñ", "n\u0303", "é", "e\u0301", "\u0000", "a\0b", "ﬁ", "fi", "İ", "i", "I", "ı", "\u3042", "\u30a2", "\uff71", "ا", "ב", "中", "日", "\ud83d\ude00" };
        var inv = CultureInfo.InvariantCulture.CompareInfo;
        CompareOptions[] options = { CompareOptions.None, CompareOptions.IgnoreCase, CompareOptions.IgnoreNonSpace, CompareOptions.IgnoreSymbols, CompareOptions.Ordinal, CompareOptions.OrdinalIgnoreCase, CompareOptions.IgnoreKanaType | CompareOptions.IgnoreWidth, CompareOptions.StringSort };
        foreach (var o in options) {
            var line = new System.Text.StringBuilder();
            for (int i = 0; i < words.Length; i++)
                for (int j = i; j < words.Length; j++)
                    line.Append("<=>"[Math.Sign(inv.Compare(words[i], words[j], o)) + 1]);
            Console.WriteLine("{0} {1}", o, line);
        }
        foreach (StringComparison c in Enum.GetValues(typeof(StringComparison)))
            Console.WriteLine("{0}: {1} {2} {3} {4} {5}", c, Math.Sign(string.Compare("a-b", "ab", c)), "Hello World".IndexOf("WORLD", c), "Hello".StartsWith("hE", c), "Hello".EndsWith("LO", c), "hello".Equals("HELLO", c));
        string[] hay = { "hello", "Hello Hello", "straße", "e\u0301x", "co-op", "a\u00adb", "ABCabc", "" };
        string[] needle = { "l", "LO", "ss", "é", "e", "coop", "ab", "", "\u00ad", "bC", "\u0301" };
        foreach (string h in hay)
            foreach (string n in needle)
                Console.WriteLine("{0}/{1}: {2} {3} {4} {5} {6} {7} {8}", h, n, inv.IndexOf(h, n), inv.IndexOf(h, n, CompareOptions.IgnoreCase), inv.LastIndexOf(h, n), inv.IndexOf(h, n, CompareOptions.Ordinal),
                    inv.IsPrefix(h, n, CompareOptions.IgnoreCase), inv.IsSuffix(h, n), h.IndexOf(n, StringComparison.OrdinalIgnoreCase));
        Console.WriteLine(string.Join(" ", words.OrderBy(w => w, StringComparer.InvariantCulture).Select(Escape)));
        Console.WriteLine(string.Join(" ", words.OrderBy(w => w, StringComparer.Ordinal).Select(Escape)));
        Console.WriteLine(string.Join(" ", words.OrderBy(w => w, StringComparer.OrdinalIgnoreCase).Select(Escape)));
        Console.WriteLine(string.Join(" ", words.Select(w => Escape(w.ToUpperInvariant() + "/" + w.ToLowerInvariant()))));
        foreach (string w in words) {
            var key = inv.GetSortKey(w);
            Console.WriteLine("{0} {1} {2} {3:x8}", Escape(w), BitConverter.ToString(key.KeyData), BitConverter.ToString(inv.GetSortKey(w, CompareOptions.IgnoreCase).KeyData), w.GetHashCode());
        }
        var set = new HashSet<string>(StringComparer.InvariantCultureIgnoreCase) { "É", "a" };
        Console.WriteLine("{0} {1} {2}", set.Contains("é"), set.Contains("A"), set.Contains("e"));
        Console.WriteLine("{0} {1}", inv.GetHashCode("abc", CompareOptions.IgnoreCase) == inv.GetHashCode("ABC", CompareOptions.IgnoreCase), CultureInfo.InvariantCulture.TextInfo.ToTitleCase("the quick bROWN fox's o'neil"));
        foreach (char ch in "aZ5 é中\u0301_\n\u00ad€½\ud83d١Ǆ")
            Console.Write("{0}:{1}{2}{3}{4}{5} ", (int)ch, char.GetUnicodeCategory(ch), char.IsLetter(ch) ? "L" : "", char.IsWhiteSpace(ch) ? "W" : "", char.GetNumericValue(ch), (int)char.ToUpperInvariant(ch));
        Console.WriteLine();
        var e = StringInfo.GetTextElementEnumerator("e\u0301a\ud83d\ude00x");
        while (e.MoveNext()) Console.Write("{0} ", e.ElementIndex);
        Console.WriteLine(new StringInfo("e\u0301a\ud83d\ude00x").LengthInTextElements);
    }
    static string Escape(string s) {
        var b = new System.Text.StringBuilder("'");
        foreach (char c in s) if (c < 32 || c > 126) b.AppendFormat("\\u{0:x4}", (int)c); else b.Append(c);
        return b.Append("'").ToString();
    }
}
