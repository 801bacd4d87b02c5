// Reads JSON (RFC 8259) and prints it: indented, on one line, or the values that a path names. Errors
// say the line and column.
//
//     json [FILE [PATH]]       PATH is like .planets[2].name; * stands for every element
//
// Without a file it shows what it can do with a text of its own.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

class JsonException : Exception
{
    public JsonException(string message, int line, int column)
        : base(string.Format("{0}:{1}: {2}", line, column, message))
    {
    }
}

// A value is null, a bool, a double, a string, a List<object> or a JsonObject.
class JsonObject
{
    readonly List<KeyValuePair<string, object>> members = new List<KeyValuePair<string, object>>();
    readonly Dictionary<string, object> byName = new Dictionary<string, object>();

    public IEnumerable<KeyValuePair<string, object>> Members => members;
    public int Count => members.Count;

    public bool Add(string name, object value)
    {
        if (byName.ContainsKey(name))
            return false;
        byName.Add(name, value);
        members.Add(new KeyValuePair<string, object>(name, value));
        return true;
    }

    public bool TryGet(string name, out object value) => byName.TryGetValue(name, out value);
}

class JsonParser
{
    const int MaxDepth = 200;
    readonly string text;
    int at, depth;

    JsonParser(string text)
    {
        this.text = text;
    }

    public static object Parse(string text)
    {
        var parser = new JsonParser(text);
        object value = parser.Value();
        parser.SkipSpace();
        if (parser.at < text.Length)
            throw parser.Error("something follows the value");
        return value;
    }

    JsonException Error(string message)
    {
        int line = 1, start = 0;
        for (int i = 0; i < at; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                start = i + 1;
            }
        }
        return new JsonException(message, line, at - start + 1);
    }

    char Peek() => at < text.Length ? text[at] : '\0';

    void SkipSpace()
    {
        while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
            at++;
    }

    bool Accept(char c)
    {
        SkipSpace();
        if (Peek() != c)
            return false;
        at++;
        return true;
    }

    void Expect(char c)
    {
        if (!Accept(c))
            throw Error("'" + c + "' expected");
    }

    object Value()
    {
        SkipSpace();
        if (++depth > MaxDepth)
            throw Error("nested too deeply");
        object value;
        switch (Peek())
        {
            case '{': value = Object(); break;
            case '[': value = Array(); break;
            case '"': value = String(); break;
            case 't': value = Word("true", true); break;
            case 'f': value = Word("false", false); break;
            case 'n': value = Word("null", null); break;
            case '\0': throw Error("a value is missing");
            default: value = Number(); break;
        }
        depth--;
        return value;
    }

    object Word(string word, object value)
    {
        if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
            throw Error("no such word");
        at += word.Length;
        return value;
    }

    object Object()
    {
        var result = new JsonObject();
        Expect('{');
        if (Accept('}'))
            return result;
        do
        {
            SkipSpace();
            int start = at;
            string name = String();
            Expect(':');
            object value = Value();
            if (!result.Add(name, value))
            {
                at = start;
                throw Error("\"" + name + "\" is there already");
            }
        } while (Accept(','));
        Expect('}');
        return result;
    }

    object Array()
    {
        var result = new List<object>();
        Expect('[');
        if (Accept(']'))
            return result;
        do
            result.Add(Value());
        while (Accept(','));
        Expect(']');
        return result;
    }

    string String()
    {
        if (Peek() != '"')
            throw Error("a string expected");
        var result = new StringBuilder();
        for (at++; Peek() != '"'; at++)
        {
            if (at >= text.Length)
                throw Error("the string does not end");
            if (text[at] < ' ')
                throw Error("a control character in a string");
            result.Append(text[at] == '\\' ? Escape() : text[at]);
        }
        at++;
        return result.ToString();
    }

    // Leaves at on the last character of the escape.
    char Escape()
    {
        at++;
        if (Peek() == 'u')
        {
            ushort unit;
            if (at + 4 >= text.Length ||
                !ushort.TryParse(text.Substring(at + 1, 4), NumberStyles.AllowHexSpecifier,
                                 CultureInfo.InvariantCulture, out unit))
                throw Error("four hexadecimal digits expected");
            at += 4;
            return (char)unit;
        }
        int which = "\"\\/bfnrt".IndexOf(Peek());
        if (which < 0)
            throw Error("no such escape");
        return "\"\\/\b\f\n\r\t"[which];
    }

    void Digits()
    {
        if (!char.IsDigit(Peek()))
            throw Error("a digit expected");
        while (char.IsDigit(Peek()))
            at++;
    }

    object Number()
    {
        int start = at;
        if (Peek() == '-')
            at++;
        if (Peek() == '0')
            at++;
        else
            Digits();
        if (Peek() == '.')
        {
            at++;
            Digits();
        }
        if (Peek() == 'e' || Peek() == 'E')
        {
            at++;
            if (Peek() == '+' || Peek() == '-')
                at++;
            Digits();
        }
        return double.Parse(text.Substring(start, at - start), CultureInfo.InvariantCulture);
    }
}

class JsonPrinter
{
    readonly StringBuilder output = new StringBuilder();
    readonly string indent; // null: all on one line

    JsonPrinter(string indent)
    {
        this.indent = indent;
    }

    public static string Print(object value, string indent = null)
    {
        var printer = new JsonPrinter(indent);
        printer.Value(value, 0);
        return printer.output.ToString();
    }

    void NewLine(int depth)
    {
        if (indent == null)
            return;
        output.Append('\n');
        for (int i = 0; i < depth; i++)
            output.Append(indent);
    }

    void Value(object value, int depth)
    {
        if (value == null)
            output.Append("null");
        else if (value is bool)
            output.Append((bool)value ? "true" : "false");
        else if (value is double)
            output.Append(((double)value).ToString("R", CultureInfo.InvariantCulture));
        else if (value is string text)
            Text(text);
        else if (value is List<object> list)
            Sequence('[', ']', list, depth, item => Value(item, depth + 1));
        else
            Sequence('{', '}', ((JsonObject)value).Members, depth, member =>
            {
                Text(member.Key);
                output.Append(indent == null ? ":" : ": ");
                Value(member.Value, depth + 1);
            });
    }

    void Sequence<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> print)
    {
        bool first = true;
        output.Append(open);
        foreach (T item in items)
        {
            if (!first)
                output.Append(',');
            first = false;
            NewLine(depth + 1);
            print(item);
        }
        if (!first)
            NewLine(depth);
        output.Append(close);
    }

    void Text(string text)
    {
        output.Append('"');
        foreach (char c in text)
        {
            int which = "\"\\\b\f\n\r\t".IndexOf(c);
            if (which >= 0)
                output.Append('\\').Append("\"\\bfnrt"[which]);
            else if (c < ' ')
                output.AppendFormat("\\u{0:x4}", (int)c);
            else
                output.Append(c);
        }
        output.Append('"');
    }
}

static class JsonPath
{
    static readonly char[] Marks = {'.', '['};

    // The values below value that path names; none when there is no such thing.
    public static IEnumerable<object> Select(object value, string path)
    {
        if (path.Length == 0)
        {
            yield return value;
            yield break;
        }
        int end = path.IndexOfAny(Marks, 1);
        string rest = end < 0 ? "" : path.Substring(end);
        string step = (end < 0 ? path : path.Substring(0, end)).TrimStart(Marks).TrimEnd(']');
        foreach (object child in Children(value, step))
        {
            foreach (object found in Select(child, rest))
                yield return found;
        }
    }

    static IEnumerable<object> Children(object value, string step)
    {
        int index;
        object member;
        if (value is List<object> list)
        {
            if (step == "*")
                return list;
            if (int.TryParse(step, out index) && index >= 0 && index < list.Count)
                return list.GetRange(index, 1);
        }
        else if (value is JsonObject named && named.TryGet(step, out member))
        {
            return new[] {member};
        }
        return new object[0];
    }
}

class Program
{
    const string Example = @"{
  ""system"": ""Sun"", ""age"": 4.603e9, ""surveyed"": true, ""centre"": null,
  ""planets"": [
    {""name"": ""Mercury"", ""radius"": 2439.7, ""moons"": []},
    {""name"": ""Earth"", ""radius"": 6371.0, ""moons"": [""Moon""]},
    {""name"": ""Mars"", ""radius"": 3389.5, ""moons"": [""Phobos"", ""Deimos""]}
  ],
  ""text"": ""a \""quoted\"" word, a tab\t, a snowman \u2603 and a clef \uD834\uDD1E"",
  ""numbers"": [0, -0.5, 1e3, 1E-7, 123456789012, 0.1, 1.7976931348623157e308]
}";

    static readonly string[] Mistakes = {
        "", "{\"a\": 1,}", "[1, 2", "[01]", "nul", "{\"a\": 1, \"a\": 2}", "\"abc", "[1,\n 2,\n x]",
        "\"\\q\"", "\"\\u12G4\"", "[1] 2", "-", "1.e5", new string('[', 300)};

    static void Show(object document, params string[] paths)
    {
        foreach (string path in paths)
        {
            Console.Write(path + " =");
            foreach (object value in JsonPath.Select(document, path))
                Console.Write(" " + JsonPrinter.Print(value));
            Console.WriteLine();
        }
    }

    static void Demonstrate()
    {
        object document = JsonParser.Parse(Example);
        string compact = JsonPrinter.Print(document), pretty = JsonPrinter.Print(document, "  ");
        Console.WriteLine(pretty);
        Console.WriteLine(compact);
        Console.WriteLine("Reading that again gives {0}.",
                          JsonPrinter.Print(JsonParser.Parse(pretty)) == compact ? "the same"
                                                                                 : "something else");
        Show(document, ".planets[*].name", ".planets[2].moons[1]", ".numbers[*]", ".planets[7].name");
        foreach (string mistake in Mistakes)
        {
            try
            {
                JsonParser.Parse(mistake);
                Console.WriteLine("accepted: " + mistake);
            }
            catch (JsonException e)
            {
                Console.WriteLine("{0,-24} {1}", JsonPrinter.Print(mistake.Length > 20 ? mistake.Substring(0, 20) : mistake),
                                  e.Message);
            }
        }
    }

    static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            Demonstrate();
            return 0;
        }
        try
        {
            object document = JsonParser.Parse(File.ReadAllText(args[0]));
            if (args.Length == 1)
                Console.WriteLine(JsonPrinter.Print(document, "  "));
            else
                Show(document, args[1]);
            return 0;
        }
        catch (Exception e) when (e is JsonException || e is IOException)
        {
            Console.Error.WriteLine("json: " + args[0] + ":" + e.Message);
            return 1;
        }
    }
}
