// Lambdas and anonymous methods: captured variables, loops, nesting, recursion, generics.
using System;

class Program
{
    static Func<int> Counter(int start)
    {
        int n = start;
        return () => n++;
    }

    static Func<int, Func<int, int>> Curry(Func<int, int, int> f)
    {
        return a => b => f(a, b);
    }

    static Func<T, T> Compose<T>(Func<T, T> f, int times)
    {
        if (times == 0)
            return x => x;
        Func<T, T> rest = Compose(f, times - 1);
        return x => f(rest(x));
    }

    int field = 5;

    Action<int> Adder()
    {
        int local = 100;
        return delegate(int v)
        {
            field += v;
            local += v;
            Console.WriteLine("{0} {1}", field, local);
        };
    }

    static void Main()
    {
        Func<int> a = Counter(10), b = Counter(20);
        a();
        a();
        Console.WriteLine("{0} {1}", a(), b());
        Console.WriteLine(Curry((x, y) => x * 10 + y)(4)(2));
        Console.WriteLine(Compose<int>(x => x * 2, 10)(1));
        Console.WriteLine(Compose<string>(s => s + "!", 3)("hey"));
        Action<int> add = new Program().Adder();
        add(1);
        add(2);
        Func<int>[] each = new Func<int>[3], shared = new Func<int>[3];
        for (int i = 0; i < 3; i++)
        {
            int mine = i * i;
            each[i] = () => mine++;
            shared[i] = () => i;
        }
        foreach (int k in new[] { 7, 8, 9 })
            if (k == 8)
                each[1] = () => k;
        Console.WriteLine("{0} {1} {2}", each[0](), each[1](), each[2]());
        Console.WriteLine("{0} {1} {2}", each[0](), shared[0](), shared[2]());
        Func<long, long> factorial = null;
        factorial = n => n < 2 ? 1 : n * factorial(n - 1);
        Console.WriteLine(factorial(20));
        int total = 0;
        Action<int> visit = null;
        visit = depth =>
        {
            total += depth;
            int left = depth;
            Action down = () => { if (left > 0) visit(left - 1); };
            down();
        };
        visit(30);
        Console.WriteLine(total);
        long sum = 0;
        Func<int, long> hot = v => sum += v;
        for (int i = 0; i < 5000; i++)
            hot(i);
        Console.WriteLine(sum);
        string text = null;
        Func<string, bool> once = s =>
        {
            bool first = text == null;
            text = s;
            return first;
        };
        Console.WriteLine("{0} {1} {2}", once("x"), once("y"), text);
    }
}
