// Custom attributes: their arguments, where they are.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

static class Program {
    static void Main() {
        Type t = typeof(Target);
        foreach (TagAttribute a in t.GetCustomAttributes(typeof(TagAttribute), false))
            Console.WriteLine(a.Text + a.Level + a.Kind);
        foreach (TagAttribute a in t.GetMethod("Add").GetCustomAttributes(typeof(TagAttribute),
            false).Cast<TagAttribute>().OrderBy(a => a.Text, StringComparer.Ordinal))
            Console.WriteLine(a.Text);
        Console.WriteLine(t.GetMethod("Add").GetParameters()[0].GetCustomAttribute<TagAttribute>().Text + t.GetProperty("Name").IsDefined(typeof(TagAttribute)) + t.IsDefined(typeof(ObsoleteAttribute)));
    }
}
