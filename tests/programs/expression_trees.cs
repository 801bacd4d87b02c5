using System;
using System.Collections.Generic;
using System.Linq;
using System.Linq.Expressions;

class Node { public int Value; public string Name { get; set; } public List<int> Items = new List<int>(); public Node Next; public static int Count; }

static class Program {
    static void Main() {
        Expression<Func<int, int, int>> add = (a, b) => a * b + 1;
        Console.WriteLine(add + " = " + add.Compile()(6, 7));
        int captured = 10;
        Expression<Func<int, int>> closure = x => x + captured;
        var f = closure.Compile();
        captured = 20;
        Console.WriteLine(f(1));
        Expression<Func<string, bool>> text = s => s.StartsWith("a") && s.Length > 2 || s == null;
        Console.WriteLine(text.Compile()("abc") + " " + text.Compile()("b"));
        Expression<Func<int, Node>> init = v => new Node { Value = v, Name = "n" + v, Items = { 1, 2, v } };
        var node = init.Compile()(5);
        Console.WriteLine(node.Value + node.Name + string.Join(",", node.Items));
        Expression<Func<Node, object>> box = n => n.Value;
        Console.WriteLine(box.Compile()(node));
        Expression<Func<double, double>> math = d => Math.Sqrt(d) + (d > 3 ? 1.5 : -1.5);
        Console.WriteLine(math.Compile()(16));
        // blocks, loops, try
        var i = Expression.Variable(typeof(int), "i"); var sum = Expression.Variable(typeof(int), "sum"); var limit = Expression.Parameter(typeof(int), "limit");
        var exit = Expression.Label(typeof(int));
        var loop = Expression.Lambda<Func<int, int>>(Expression.Block(new[] { i, sum },
            Expression.Assign(i, Expression.Constant(0)), Expression.Assign(sum, Expression.Constant(0)),
            Expression.Loop(Expression.Block(
                Expression.IfThen(Expression.GreaterThanOrEqual(i, limit), Expression.Break(exit, sum)),
                Expression.AddAssign(sum, i), Expression.PostIncrementAssign(i)), exit)), limit);
        Console.WriteLine(loop.Compile()(2000));
        var arg = Expression.Parameter(typeof(string));
        var ex = Expression.Parameter(typeof(FormatException), "ex");
        var parse = Expression.Lambda<Func<string, int>>(Expression.TryCatchFinally(
            Expression.Call(typeof(int).GetMethod("Parse", new[] { typeof(string) }), arg),
            Expression.Call(typeof(Console).GetMethod("WriteLine", new[] { typeof(string) }), Expression.Constant("done")),
            Expression.Catch(ex, Expression.Constant(-1))), arg);
        Console.WriteLine(parse.Compile()("12") + " " + parse.Compile()("x"));
        // nested lambda closing over a parameter
        var p = Expression.Parameter(typeof(int), "p"); var q = Expression.Parameter(typeof(int), "q");
        var curried = Expression.Lambda<Func<int, Func<int, int>>>(Expression.Lambda<Func<int, int>>(Expression.Subtract(p, q), q), p);
        Console.WriteLine(curried.Compile()(10)(3));
        var sw = Expression.Lambda<Func<string, int>>(Expression.Switch(arg, Expression.Constant(0),
            Expression.SwitchCase(Expression.Constant(1), Expression.Constant("one")), Expression.SwitchCase(Expression.Constant(2), Expression.Constant("two"))), arg).Compile();
        Console.WriteLine(sw("two") + " " + sw("three"));
        var q2 = new[] { 5, 3, 8 }.AsQueryable().Where(x => x > 3).OrderBy(x => x).Select(x => "v" + x);
        Console.WriteLine(string.Join(" ", q2));
        Expression<Func<int?, int>> lifted = n => (n ?? 4) + 1;
        Console.WriteLine(lifted.Compile()(null) + " " + lifted.Compile()(1));
        Expression<Func<decimal, string>> dec = d => (d + 1.5m).ToString();
        Console.WriteLine(dec.Compile()(2m));
        try { Expression<Func<int, int>> div = d => 1 / d; div.Compile()(0); } catch (DivideByZeroException e) { Console.WriteLine(e.GetType().Name); }
        var dynObj = Expression.Lambda<Action>(Expression.Throw(Expression.Constant(new InvalidOperationException("thrown")))).Compile();
        try { dynObj(); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
    }
}
