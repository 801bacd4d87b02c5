// Encodings: bytes of texts and back, preambles, fallbacks, decoders that are fed in pieces.
using System;
using System.IO;
using System.Text;

class Encodings {
    static void Main() {
        string text = "Aé€\ud83d\ude00+-&\u0000z\u00ff\u0152";
        string[] names = { "us-ascii", "utf-8", "utf-16", "utf-16BE", "utf-32", "utf-32BE", "utf-7", "iso-8859-1", "iso-8859-15", "windows-1252", "windows-1251", "ibm437", "IBM850", "koi8-r", "iso-8859-2", "shift_jis", "euc-jp", "gb2312", "big5", "euc-kr", "gb18030", "latin1", "nonsense" };
        foreach (string name in names) {
            try {
                Encoding e = Encoding.GetEncoding(name);
                byte[] b = e.GetBytes(text);
                string back = e.GetString(b);
                Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", name, e.CodePage, e.WebName, e.BodyName, e.EncodingName, e.IsSingleByte, BitConverter.ToString(e.GetPreamble()));
                Console.WriteLine("  {0} {1} {2} {3}", BitConverter.ToString(b), back == text, e.GetMaxByteCount(10), e.GetMaxCharCount(10));
                foreach (char c in back) Console.Write("{0:x4} ", (int)c);
                Console.WriteLine();
            } catch (Exception e) { Console.WriteLine("{0}: {1} {2}", name, e.GetType().Name, e is TypeInitializationException ? e.InnerException.Message : e.Message.Split('\n')[0]); }
        }
        foreach (int page in new[] { 1252, 437, 850, 28591, 65001, 1200, 1201, 12000, 65000, 20127, 932, 936, 949, 950, 1250, 28605, 99999 })
            try { Console.WriteLine("{0} {1}", page, Encoding.GetEncoding(page).WebName); } catch (Exception e) { Console.WriteLine("{0} {1}", page, e.GetType().Name); }
        byte[] bad = { 0x41, 0xc3, 0x28, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0xed, 0xa0, 0x80, 0xc0, 0x80, 0xe2 };
        foreach (char c in Encoding.UTF8.GetString(bad)) Console.Write("{0:x4} ", (int)c);
        Console.WriteLine();
        try { new UTF8Encoding(false, true).GetString(bad); } catch (Exception e) { Console.WriteLine(e.GetType().Name); }
        try { new UTF8Encoding(false, true).GetBytes("a\ud800b"); } catch (Exception e) { Console.WriteLine(e.GetType().Name); }
        Console.WriteLine(BitConverter.ToString(Encoding.UTF8.GetBytes("a\ud800b")));
        Console.WriteLine(Encoding.GetEncoding("us-ascii", new EncoderReplacementFallback("<?>"), new DecoderExceptionFallback()).GetString(Encoding.GetEncoding("us-ascii", new EncoderReplacementFallback("<?>"), new DecoderExceptionFallback()).GetBytes("aéb")));
        var decoder = Encoding.UTF8.GetDecoder();
        var chars = new char[10];
        foreach (byte b in Encoding.UTF8.GetBytes("é€\ud83d\ude00")) { int n = decoder.GetChars(new[] { b }, 0, 1, chars, 0); Console.Write("{0} ", n); }
        Console.WriteLine();
        var stream = new MemoryStream();
        using (var w = new StreamWriter(stream, Encoding.Unicode, 16, true)) w.Write("über");
        Console.WriteLine(BitConverter.ToString(stream.ToArray()));
        stream.Position = 0;
        using (var r = new StreamReader(stream, true)) { Console.WriteLine(r.ReadToEnd()); Console.WriteLine(r.CurrentEncoding.WebName); }
        Console.WriteLine(Encoding.Default.WebName + " " + Encoding.UTF8.Equals(new UTF8Encoding(true)) + " " + Encoding.GetEncodings().Length);
        Console.WriteLine(BitConverter.ToString(Encoding.Convert(Encoding.UTF8, Encoding.BigEndianUnicode, Encoding.UTF8.GetBytes("aß"))));
        Console.WriteLine(Convert.ToBase64String(Encoding.UTF7.GetBytes("Hi Mom -☺-!")) + " " + Encoding.UTF7.GetString(Encoding.ASCII.GetBytes("Hi Mom -+Jjo--!")));
    }
}
