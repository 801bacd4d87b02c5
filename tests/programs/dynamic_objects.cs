using System;
using System.Collections.Generic;
using System.Dynamic;
static class Program {
    class Greeter { public string Name = "x"; public string Hi(string who) { return "hi " + who; } public int this[int i] { get { return i * 2; } } }
    static void Main() {
        dynamic d = 5;
        Console.WriteLine(d + 3);
        d = "text";
        Console.WriteLine(d.Length + " " + d.ToUpper() + " " + (d + 1));
        d = new Greeter();
        Console.WriteLine(d.Hi("bob") + d.Name + d[21]);
        d.Name = "set"; Console.WriteLine(d.Name);
        dynamic bag = new ExpandoObject(); bag.A = 1; bag.B = "two"; bag.F = (Func<int, int>)(x => x + 1);
        Console.WriteLine(bag.A + bag.B + bag.F(4));
        foreach (var kv in (IDictionary<string, object>)bag) Console.Write(kv.Key + " ");
        Console.WriteLine();
        try { d.Missing(); } catch (Exception e) { Console.WriteLine(e.Message); }
        dynamic[] many = { 1, 2.5, "s", 'c', null };
        foreach (dynamic m in many) { string s = m == null ? "null" : Show(m); Console.WriteLine(s); }
    }
    static string Show(int i) { return "int " + i; }
    static string Show(double i) { return "double " + i; }
    static string Show(string i) { return "string " + i; }
    static string Show(object i) { return "object " + i; }
}
