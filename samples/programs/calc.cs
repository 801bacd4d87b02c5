// An interpreter for a small language of expressions: numbers, strings, truth values, lists, functions
// as values, variables, if and while. A program is a sequence of expressions separated by semicolons;
// everything has a value.
//
//     calc [EXPRESSION]        without one, runs the programs at the end of this file
//
//     let twice = fn(f) fn(x) f(f(x)); twice(fn(n) n * n)(3)        is 81
//
// Text becomes tokens (Lexer), tokens a tree (Parser, by precedence), and the tree evaluates itself in
// an environment of variables (the classes derived from Node).
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

class CalcException : Exception
{
    public CalcException(string message) : base(message)
    {
    }
}

// ---- Tokens ----

enum TokenKind { Number, Text, Name, Symbol, End }

struct Token
{
    public TokenKind Kind;
    public string Text;
    public int Position;

    public bool Is(string text) =>
        (Kind == TokenKind.Symbol || Kind == TokenKind.Name) && Text == text;
}

static class Lexer
{
    static readonly string[] TwoCharacterSymbols = {"==", "!=", "<=", ">=", "&&", "||"};

    public static IEnumerable<Token> Read(string text)
    {
        for (int at = 0, next; at < text.Length; at = next)
        {
            char c = text[at];
            next = at + 1;
            if (char.IsWhiteSpace(c))
                continue;
            TokenKind kind = TokenKind.Symbol;
            if (char.IsDigit(c))
            {
                kind = TokenKind.Number;
                while (next < text.Length && (char.IsDigit(text[next]) || text[next] == '.'))
                    next++;
            }
            else if (char.IsLetter(c))
            {
                kind = TokenKind.Name;
                while (next < text.Length && char.IsLetterOrDigit(text[next]))
                    next++;
            }
            else if (c == '"')
            {
                next = text.IndexOf('"', next) + 1;
                if (next == 0)
                    throw new CalcException("the string at " + at + " does not end");
                yield return new Token {Kind = TokenKind.Text, Position = at,
                                        Text = text.Substring(at + 1, next - at - 2)};
                continue;
            }
            else if (next < text.Length && TwoCharacterSymbols.Contains(text.Substring(at, 2)))
            {
                next++;
            }
            yield return new Token {Kind = kind, Text = text.Substring(at, next - at), Position = at};
        }
        yield return new Token {Kind = TokenKind.End, Text = "the end", Position = text.Length};
    }
}

// ---- Values: double, bool, string, List<object>, Function, or null ----

delegate object Function(object[] arguments);

class Scope
{
    readonly Dictionary<string, object> variables = new Dictionary<string, object>();
    readonly Scope outer;

    public Scope(Scope outer)
    {
        this.outer = outer;
    }

    public void Define(string name, object value)
    {
        variables[name] = value;
    }

    Dictionary<string, object> Holder(string name)
    {
        for (Scope scope = this; scope != null; scope = scope.outer)
        {
            if (scope.variables.ContainsKey(name))
                return scope.variables;
        }
        throw new CalcException("no variable " + name);
    }

    public object this[string name]
    {
        get { return Holder(name)[name]; }
        set { Holder(name)[name] = value; }
    }
}

static class Values
{
    public static string Show(object value)
    {
        if (value is double number)
            return number.ToString("R", CultureInfo.InvariantCulture);
        if (value is bool truth)
            return truth ? "true" : "false";
        if (value is List<object> list)
            return "[" + string.Join(", ", list.Select(Show)) + "]";
        return value is Function ? "fn" : value == null ? "nothing" : (string)value;
    }

    public static T Need<T>(object value, string what)
    {
        if (value is T)
            return (T)value;
        throw new CalcException(what + " needed, not " + Show(value));
    }
}

// ---- The tree ----

abstract class Node
{
    public abstract object Evaluate(Scope scope);
}

class Constant : Node
{
    public object Value;
    public override object Evaluate(Scope scope) => Value;
}

class Variable : Node
{
    public string Name;
    public override object Evaluate(Scope scope) => scope[Name];
}

class Assignment : Node
{
    public string Name;
    public Node Value;
    public bool Defines; // let

    public override object Evaluate(Scope scope)
    {
        object value = Value.Evaluate(scope);
        if (Defines)
            scope.Define(Name, value);
        else
            scope[Name] = value;
        return value;
    }
}

class Operation : Node
{
    public string Symbol;
    public Node Left, Right;

    static readonly Dictionary<string, Func<double, double, object>> Arithmetic =
        new Dictionary<string, Func<double, double, object>> {
            ["-"] = (a, b) => a - b, ["*"] = (a, b) => a * b, ["/"] = (a, b) => a / b,
            ["%"] = (a, b) => a % b, ["^"] = (a, b) => Math.Pow(a, b),
            ["<"] = (a, b) => a < b, ["<="] = (a, b) => a <= b,
            [">"] = (a, b) => a > b, [">="] = (a, b) => a >= b};

    public override object Evaluate(Scope scope)
    {
        object left = Left.Evaluate(scope);
        if (Symbol == "&&" || Symbol == "||")
            return Values.Need<bool>(left, "a truth value") == (Symbol == "&&")
                ? Values.Need<bool>(Right.Evaluate(scope), "a truth value")
                : left;
        object right = Right.Evaluate(scope);
        if (Symbol == "==" || Symbol == "!=")
            return Equals(left, right) == (Symbol == "==");
        if (Symbol == "+")
            return Sum(left, right);
        return Arithmetic[Symbol](Values.Need<double>(left, "a number"),
                                  Values.Need<double>(right, "a number"));
    }

    static object Sum(object left, object right)
    {
        if (left is string || right is string)
            return Values.Show(left) + Values.Show(right);
        if (left is List<object> list)
            return list.Concat(Values.Need<List<object>>(right, "a list")).ToList();
        return Values.Need<double>(left, "a number") + Values.Need<double>(right, "a number");
    }
}

class Conditional : Node
{
    public Node Condition, Then, Else;

    public override object Evaluate(Scope scope) =>
        Values.Need<bool>(Condition.Evaluate(scope), "a truth value") ? Then.Evaluate(scope)
                                                                     : Else?.Evaluate(scope);
}

class Loop : Node
{
    public Node Condition, Body;

    public override object Evaluate(Scope scope)
    {
        object last = null;
        while (Values.Need<bool>(Condition.Evaluate(scope), "a truth value"))
            last = Body.Evaluate(scope);
        return last;
    }
}

class Block : Node
{
    public List<Node> Items = new List<Node>();
    public bool IsList; // [a, b] rather than (a; b)

    public override object Evaluate(Scope scope)
    {
        if (IsList)
            return Items.Select(item => item.Evaluate(scope)).ToList();
        object last = null;
        foreach (Node item in Items)
            last = item.Evaluate(scope);
        return last;
    }
}

class Lambda : Node
{
    public List<string> Parameters = new List<string>();
    public Node Body;

    public override object Evaluate(Scope scope)
    {
        return new Function(arguments =>
        {
            if (arguments.Length != Parameters.Count)
                throw new CalcException(Parameters.Count + " arguments needed, not " + arguments.Length);
            var inner = new Scope(scope);
            for (int i = 0; i < arguments.Length; i++)
                inner.Define(Parameters[i], arguments[i]);
            return Body.Evaluate(inner);
        });
    }
}

class Call : Node
{
    public Node Callee;
    public List<Node> Arguments;

    public override object Evaluate(Scope scope)
    {
        var callee = Values.Need<Function>(Callee.Evaluate(scope), "a function");
        return callee(Arguments.Select(argument => argument.Evaluate(scope)).ToArray());
    }
}

// ---- From tokens to the tree ----

class Parser
{
    // From the loosest to the tightest; ^ groups to the right.
    static readonly string[][] Levels = {
        new[] {"||"}, new[] {"&&"}, new[] {"==", "!=", "<", ">", "<=", ">="},
        new[] {"+", "-"}, new[] {"*", "/", "%"}, new[] {"^"}};

    readonly List<Token> tokens;
    int at;

    Parser(string text)
    {
        tokens = Lexer.Read(text).ToList();
    }

    public static Node Parse(string text)
    {
        var parser = new Parser(text);
        Node program = parser.Sequence(null);
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected();
        return program;
    }

    Token Current => tokens[at];

    CalcException Unexpected() =>
        new CalcException(string.Format("unexpected {0} at {1}", Current.Text, Current.Position));

    bool Accept(string symbol)
    {
        if (!Current.Is(symbol))
            return false;
        at++;
        return true;
    }

    void Expect(string symbol)
    {
        if (!Accept(symbol))
            throw Unexpected();
    }

    string Name()
    {
        if (Current.Kind != TokenKind.Name)
            throw Unexpected();
        return tokens[at++].Text;
    }

    List<T> ListOf<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        if (Accept(end))
            return items;
        do
            items.Add(item());
        while (Accept(","));
        Expect(end);
        return items;
    }

    Node Sequence(string end)
    {
        var block = new Block();
        do
            block.Items.Add(Expression());
        while (Accept(";"));
        if (end != null)
            Expect(end);
        return block;
    }

    Node Expression()
    {
        if (Accept("let"))
        {
            string name = Name();
            Expect("=");
            return new Assignment {Name = name, Value = Expression(), Defines = true};
        }
        if (Current.Kind == TokenKind.Name && tokens[at + 1].Is("="))
        {
            string name = Name();
            Expect("=");
            return new Assignment {Name = name, Value = Expression()};
        }
        if (Accept("fn"))
        {
            Expect("(");
            return new Lambda {Parameters = ListOf(")", Name), Body = Expression()};
        }
        if (Accept("if"))
        {
            var conditional = new Conditional {Condition = Expression()};
            Expect("then");
            conditional.Then = Expression();
            if (Accept("else"))
                conditional.Else = Expression();
            return conditional;
        }
        if (Accept("while"))
        {
            var loop = new Loop {Condition = Expression()};
            Expect("do");
            loop.Body = Expression();
            return loop;
        }
        return Binary(0);
    }

    Node Binary(int level)
    {
        if (level == Levels.Length)
            return Unary();
        Node left = Binary(level + 1);
        while (Levels[level].Any(symbol => Current.Is(symbol)))
        {
            string symbol = tokens[at++].Text;
            Node right = Binary(symbol == "^" ? level : level + 1);
            left = new Operation {Symbol = symbol, Left = left, Right = right};
        }
        return left;
    }

    Node Unary()
    {
        if (Accept("-"))
            return new Operation {Symbol = "-", Left = new Constant {Value = 0.0}, Right = Unary()};
        Node node = Primary();
        while (Accept("("))
            node = new Call {Callee = node, Arguments = ListOf(")", Expression)};
        return node;
    }

    Node Primary()
    {
        Token token = tokens[at];
        if (Accept("("))
            return Sequence(")");
        if (Accept("["))
            return new Block {Items = ListOf("]", Expression), IsList = true};
        double number = 0;
        if (token.Kind == TokenKind.Symbol || token.Kind == TokenKind.End ||
            token.Kind == TokenKind.Number &&
                !double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            throw Unexpected();
        at++;
        if (token.Kind == TokenKind.Number)
            return new Constant {Value = number};
        if (token.Kind == TokenKind.Text)
            return new Constant {Value = token.Text};
        if (token.Text == "true" || token.Text == "false")
            return new Constant {Value = token.Text == "true"};
        return new Variable {Name = token.Text};
    }
}

class Program
{
    static Scope Builtins()
    {
        var scope = new Scope(null);
        scope.Define("pi", Math.PI);
        scope.Define("sqrt", new Function(a => Math.Sqrt(Values.Need<double>(a[0], "a number"))));
        scope.Define("floor", new Function(a => Math.Floor(Values.Need<double>(a[0], "a number"))));
        scope.Define("size", new Function(a => (double)Values.Need<List<object>>(a[0], "a list").Count));
        scope.Define("at", new Function(a =>
            Values.Need<List<object>>(a[0], "a list")[(int)Values.Need<double>(a[1], "a number")]));
        scope.Define("map", new Function(a => Values.Need<List<object>>(a[0], "a list")
            .Select(item => Values.Need<Function>(a[1], "a function")(new[] {item})).ToList()));
        scope.Define("range", new Function(a =>
            Enumerable.Range(0, (int)Values.Need<double>(a[0], "a number")).Select(i => (object)(double)i)
                .ToList()));
        return scope;
    }

    static string Run(string program)
    {
        try
        {
            return Values.Show(Parser.Parse(program).Evaluate(Builtins()));
        }
        catch (CalcException e)
        {
            return "error: " + e.Message;
        }
        catch (ArgumentOutOfRangeException)
        {
            return "error: there is no such element";
        }
    }

    static readonly string[] Examples = {
        "1 + 2 * 3 - 4 / 5", "2 ^ 3 ^ 2", "-2 ^ 2", "(1 + 2) * -3 % 4", "7 / 0", "0 / 0 == 0 / 0",
        "1 < 2 && 2 < 3 || x", "\"a\" + 1 + [true, \"b\"]", "[1, 2] + map(range(4), fn(n) n * n)",
        "let twice = fn(f) fn(x) f(f(x)); twice(fn(n) n * n)(3)",
        "let fact = fn(n) if n < 2 then 1 else n * fact(n - 1); map(range(8), fact)",
        "let fib = fn(n) if n < 2 then n else fib(n - 1) + fib(n - 2); fib(18)",
        "let counter = fn() (let n = 0; fn() n = n + 1); let a = counter(); let b = counter(); " +
            "a(); a(); [a(), b()]",
        "let a = 1071; let b = 462; while b != 0 do (let rest = a % b; a = b; b = rest); a",
        "let root = fn(x) (let r = x; while r * r - x > 0.0000001 do r = (r + x / r) / 2; r); " +
            "floor(root(2) * 1000000) == floor(sqrt(2) * 1000000)",
        "let list = range(10); let sum = 0; let i = 0; " +
            "while i < size(list) do (sum = sum + at(list, i); i = i + 1); sum",
        "if 1 > 2 then 3", "1 + ", "(1, 2)", "1.2.3", "\"abc", "y = 1", "1(2)", "-[1]", "at([1], 3)",
        "fn(x) x", "(fn(x) x)()", "if 1 then 2", "let if = 3"};

    static int Main(string[] args)
    {
        foreach (string program in args.Length > 0 ? args : Examples)
            Console.WriteLine("{0}\n    {1}", program, Run(program));
        return 0;
    }
}
