// The four normalization forms.
using System;
using System.Text;

class Normalization {
    static string Hex(string s) { var b = new StringBuilder(); foreach (char c in s) b.AppendFormat("{0:x4} ", (int)c); return b.ToString(); }
    static void Main() {
        string[] texts = { "", "abc", "é", "e\u0301", "\u212b", "\u00c5", "ﬁ", "ｶﾞ", "\u1e9b\u0323", "가", "\u1100\u1161", "각", "\u03d3", "q\u0307\u0323", "q\u0323\u0307", "½", "²", "①", "\u2126", "\u0344", "\u0958", "\uac00\u11a8", "Ǆ", "a\u0315\u0300\u05ae\u0300b", "\u3316", "x\u00a0y", "\u1e0b\u0323" };
        foreach (string t in texts) {
            Console.WriteLine(Hex(t));
            foreach (NormalizationForm f in Enum.GetValues(typeof(NormalizationForm)))
                Console.WriteLine("  {0} {1} {2}", f, t.IsNormalized(f), Hex(t.Normalize(f)));
        }
        uint hash = 17; 
        foreach (NormalizationForm f in Enum.GetValues(typeof(NormalizationForm)))
            for (int c = 1; c < 0xd800; c++) { if (c >= 0x1b00 && c < 0x1b50 || c >= 0x2c70 && c < 0x2c80 || c >= 0xa770 && c < 0xa800) continue; // Mono is wrong there
            foreach (char r in ((char)c).ToString().Normalize(f)) hash = hash * 31 + r; if (((char)c).ToString().IsNormalized(f)) hash++; }
        Console.WriteLine(hash);
    }
}
