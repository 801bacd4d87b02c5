// Text to native code and back: encodings, builders, results, references, arrays of strings.
using System;
using System.Runtime.InteropServices;
using System.Text;

static class Program {
    const string Lib = "interop";
    [DllImport(Lib)] static extern int length8(string text);
    [DllImport(Lib, CharSet = CharSet.Unicode)] static extern int length16(string text);
    [DllImport(Lib, CharSet = CharSet.Auto, EntryPoint = "length8")] static extern int length_auto(string text);
    [DllImport(Lib, EntryPoint = "length8")] static extern int length_lpstr([MarshalAs(UnmanagedType.LPStr)] string text);
    [DllImport(Lib, EntryPoint = "length8")] static extern int length_lptstr([MarshalAs(UnmanagedType.LPTStr)] string text);
    [DllImport(Lib, EntryPoint = "length16")] static extern int length_lpwstr([MarshalAs(UnmanagedType.LPWStr)] string text);
    [DllImport(Lib, EntryPoint = "length8")] static extern int length_utf8([MarshalAs((UnmanagedType)48)] string text);
    [DllImport(Lib)] static extern uint bstr_bytes([MarshalAs(UnmanagedType.BStr)] string text);
    [DllImport(Lib)] static extern string doubled8(string text);
    [DllImport(Lib, CharSet = CharSet.Unicode)] static extern string copy16(string text);
    [DllImport(Lib, EntryPoint = "copy16")]
    [return: MarshalAs(UnmanagedType.LPWStr)]
    static extern string copy_wide([MarshalAs(UnmanagedType.LPWStr)] string text);
    [DllImport(Lib)] static extern void replace_text(ref string text);
    [DllImport(Lib, EntryPoint = "replace_text")] static extern void make_text(out string text);
    [DllImport(Lib)] static extern void fill8(StringBuilder buffer, int size);
    [DllImport(Lib, CharSet = CharSet.Unicode)] static extern void upper16(StringBuilder text);
    [DllImport(Lib)] static extern int char8(char c);
    [DllImport(Lib, CharSet = CharSet.Unicode)] static extern int char16(char c);
    [DllImport(Lib)] static extern int join_lengths(string[] texts, int count);

    static void Main() {
        foreach (string text in new[] {"", "plain", "grün", "€uro", "\U0001F600", "a\0b", null}) {
            Console.WriteLine("{0} {1} {2} {3} {4} {5} {6} {7}", length8(text), length16(text), length_auto(text),
                              length_lpstr(text), length_lptstr(text), length_lpwstr(text), length_utf8(text),
                              bstr_bytes(text));
            Console.WriteLine("[{0}] [{1}] [{2}]", doubled8(text), copy16(text), copy_wide(text));
        }
        string changed = "once ";
        replace_text(ref changed);
        Console.WriteLine(changed);
        changed = null;
        replace_text(ref changed);
        Console.WriteLine(changed);
        string made;
        make_text(out made);
        Console.WriteLine(made);

        var builder = new StringBuilder("before", 40);
        fill8(builder, builder.Capacity);
        Console.WriteLine("[{0}] {1} {2}", builder, builder.Length, builder.Capacity);
        Console.WriteLine("[{0}]", builder.Append("; goes on"));
        fill8(null, 5);
        var wide = new StringBuilder("wide grün €");
        for (int i = 0; i < 5; i++)
            wide.Append(" more and more and more");
        upper16(wide);
        Console.WriteLine("[{0}]", wide);
        var empty = new StringBuilder();
        upper16(empty);
        Console.WriteLine("[{0}]", empty);

        Console.WriteLine("{0} {1} {2}", char8('x'), char16('x'), char16('€'));
        var texts = new[] {"a", null, "", "four"};
        Console.WriteLine("{0} {1}", join_lengths(texts, 4), join_lengths(new string[0], 0));
        var large = new string('x', 100000);
        Console.WriteLine("{0} {1}", length8(large), doubled8(large).Length);
    }
}
