// Covariance and contravariance of interfaces and delegates.
using System;
using System.Collections.Generic;

class Animal {
    public override string ToString() { return GetType().Name; }
}
class Dog : Animal {}

static class Program {
    static void Main() {
        IEnumerable<object> eo = new string[]{"x","y"};
        foreach (var o in eo) Console.WriteLine(o);
        IEnumerable<Animal> ea = new List<Dog>{ new Dog() };
        foreach (var o in ea) Console.WriteLine(o);
        Action<object> ao = x => Console.WriteLine("got " + x);
        Action<string> astr = ao;
        astr("s");
        Func<string> fs = () => "fs";
        Func<object> fo = fs;
        Console.WriteLine(fo());
        IComparer<Animal> ca = Comparer<Animal>.Create((x,y) => 0);
        IComparer<Dog> cd = ca;
        Console.WriteLine(cd.Compare(null,null));
        Console.WriteLine(new Dog[0] is IEnumerable<Animal>);
        Console.WriteLine((object)new List<Animal>() is IEnumerable<Dog>);
        Console.WriteLine((object)new List<int>() is IEnumerable<object>);
    }
}
