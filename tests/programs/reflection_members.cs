// Members of a type: methods, fields, properties, events, constructors, parameters.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

static class Program {
    static void Main() {
        Type t = typeof(Target);
        foreach (var m in t.GetMethods().Where(m => !m.IsGenericMethod)) Console.WriteLine(m);
        foreach (var m in t.GetMethods(BindingFlags.NonPublic|BindingFlags.Instance|BindingFlags.DeclaredOnly)) Console.WriteLine(m.Name);
        foreach (var f in t.GetFields(BindingFlags.Public|BindingFlags.NonPublic|BindingFlags.Instance|BindingFlags.Static)) Console.WriteLine(f + " " + f.Attributes);
        foreach (var p in t.GetProperties()) Console.WriteLine(p + " " + p.CanWrite);
        foreach (var e in t.GetEvents()) Console.WriteLine(e.Name + e.EventHandlerType);
        foreach (var c in t.GetConstructors()) Console.WriteLine(c);
        foreach (var n in t.GetNestedTypes()) Console.WriteLine(n.Name);
        foreach (var i in t.GetInterfaces()) Console.WriteLine(i);
        foreach (var p in t.GetMethod("Add").GetParameters()) Console.WriteLine(p.Name +
            p.ParameterType + p.Position + p.HasDefaultValue + p.DefaultValue + p);
    }
}
