// Calling what reflection finds: constructors, methods, properties, fields, delegates.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Text;

static class Program {
    static void Main() {
        Type t = typeof(Target);
        object o = Activator.CreateInstance(t);
        Console.WriteLine(o);
        o = Activator.CreateInstance(t, 7, "z");
        Console.WriteLine(o);
        o = t.GetConstructor(new[]{typeof(int),typeof(string)}).Invoke(new object[]{8,"q"});
        Console.WriteLine(((Target)o).Name);
        Console.WriteLine(t.GetMethod("Add").Invoke(o, new object[]{1,2}));
        Console.WriteLine(t.GetMethod("Join").Invoke(null, new object[]{ new[]{"a","b"} }));
        Console.WriteLine(t.GetMethod("Id").MakeGenericMethod(typeof(string)).Invoke(o, new
            object[]{"gen"}));
        var args = new object[]{0,"s"};
        t.GetMethod("Out").Invoke(o, args);
        Console.WriteLine(args[0] + " " + args[1]);
        try { t.GetMethod("Thrower").Invoke(o, null); } catch (TargetInvocationException e) {
            Console.WriteLine(e.InnerException.Message); }
        try { t.GetMethod("Add").Invoke(o, new object[]{"x",1}); } catch (ArgumentException e) {
            Console.WriteLine(e.GetType()); }
        try { t.GetMethod("Add").Invoke(o, new object[]{1}); } catch
            (TargetParameterCountException e) { Console.WriteLine(e.GetType()); }
        var prop = t.GetProperty("Name");
        prop.SetValue(o, "set");
        Console.WriteLine(prop.GetValue(o));
        var fi = t.GetField("hidden", BindingFlags.NonPublic|BindingFlags.Instance);
        fi.SetValue(o, "viaField");
        Console.WriteLine(fi.GetValue(o));
        Console.WriteLine(t.GetField("K").GetValue(null) + " " +
            t.GetField("Stat").GetValue(null));
        t.GetField("Stat").SetValue(null, 10);
        Console.WriteLine(Target.Stat);
        Console.WriteLine(typeof(E).GetField("Two").GetValue(null) + " " +
            typeof(E).GetField("Two").GetRawConstantValue());
        var mi = typeof(Math).GetMethod("Max", new[]{typeof(int),typeof(int)});
        var del = (Func<int,int,int>)Delegate.CreateDelegate(typeof(Func<int,int,int>), mi);
        Console.WriteLine(del(3,9));
        var bound = (Func<string>)Delegate.CreateDelegate(typeof(Func<string>), "abc",
            typeof(string).GetMethod("ToUpper", Type.EmptyTypes));
        Console.WriteLine(bound());
        Console.WriteLine(del.Method.Name + " " + (bound.Target ?? "null"));
        Console.WriteLine(del.DynamicInvoke(1,2));
        Console.WriteLine(Activator.CreateInstance<StringBuilder>().Length + " " +
            Activator.CreateInstance(typeof(int)) + " " +
            ((Array)Array.CreateInstance(typeof(string), 3)).Length);
        Console.WriteLine(MethodBase.GetCurrentMethod().Name);
    }
}
