// Console with everything redirected: input by characters, lines and the rest, both outputs, colours
// and positions that are not there.
using System;
using System.IO;

class ConsoleInput {
    static void Try(string what, Action action) {
        try { action(); Console.WriteLine("{0}: done", what); }
        catch (Exception e) { Console.WriteLine("{0}: {1}: {2}", what, e.GetType().Name, e.Message); }
    }

    static void Main() {
        Console.WriteLine("{0} {1} {2}", Console.IsInputRedirected, Console.IsOutputRedirected, Console.IsErrorRedirected);
        Console.WriteLine(Console.ReadLine());
        Console.WriteLine("{0} {1}", Console.Read(), (char)Console.In.Peek());
        Console.WriteLine("<{0}>", Console.ReadLine());
        Console.WriteLine("<{0}>", Console.ReadLine());
        Console.WriteLine("{0} {1}", int.Parse(Console.ReadLine()), double.Parse(Console.ReadLine()));
        Console.WriteLine("<{0}>", Console.In.ReadToEnd().Replace("\n", "|"));
        Console.WriteLine("{0} {1}", Console.ReadLine() == null, Console.Read());
        Try("key", () => Console.ReadKey());
        Try("key available", () => Console.WriteLine(Console.KeyAvailable));
        Console.ForegroundColor = ConsoleColor.Red;
        Console.BackgroundColor = ConsoleColor.Blue;
        Console.WriteLine("{0} {1}", Console.ForegroundColor, Console.BackgroundColor);
        Console.ResetColor();
        Try("cursor", () => Console.SetCursorPosition(1, 1));
        Try("position", () => Console.WriteLine("{0} {1}", Console.CursorLeft, Console.CursorTop));
        Try("width", () => Console.WriteLine("{0} {1}", Console.WindowWidth, Console.BufferHeight));
        Try("clear", Console.Clear);
        Try("title", () => Console.Title = "t");
        Try("beep", Console.Beep);
        Try("cursor size", () => Console.WriteLine(Console.CursorVisible));
        Console.WriteLine("{0} {1}", Console.OutputEncoding.WebName, Console.InputEncoding.WebName);
        Console.Error.WriteLine("to the other output");
        var text = new StringWriter();
        TextWriter before = Console.Out;
        Console.SetOut(text);
        Console.Write("kept {0}", 1);
        Console.SetOut(before);
        Console.WriteLine(text);
        Console.SetIn(new StringReader("elsewhere\n"));
        Console.WriteLine(Console.ReadLine());
        using (Stream raw = Console.OpenStandardOutput()) {
            byte[] bytes = { 0xc3, 0xa9, (byte)'\n' };
            raw.Write(bytes, 0, bytes.Length);
        }
        Console.Write("{0}{1}{2}{3}", 'a', 1.5, true, null);
        Console.Write(new[] { 'b', 'c', '\n' }, 0, 3);
        Console.WriteLine("é€\ud83d\ude00");
    }
}
