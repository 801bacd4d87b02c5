// Kernels for `make bench`: kernels.exe NAME runs one of them and prints a checksum.
using System;
using System.Collections.Generic;

interface IShape { int Area(); }
class Square : IShape { int side; public Square(int s) { side = s; } public int Area() { return side * side; } }
class Strip : IShape { int length; public Strip(int l) { length = l; } public int Area() { return length; } }
class Cell { public Cell next; public int value; }
class Tree
{
    Tree left, right;
    Tree(Tree l, Tree r) { left = l; right = r; }
    public static Tree Grow(int depth) { return depth == 0 ? new Tree(null, null) : new Tree(Grow(depth - 1), Grow(depth - 1)); }
    public int Count() { return left == null ? 1 : 1 + left.Count() + right.Count(); }
}
class Body { public double x, y, z, vx, vy, vz, mass; }

static class Kernels
{
    static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }

    static long Loops()
    {
        long sum = 0;
        for (int i = 0; i < 60000000; i++)
            sum += i ^ (i >> 3);
        return sum;
    }

    static long Floats()
    {
        double sum = 0;
        for (int y = 0; y < 200; y++)
            for (int x = 0; x < 200; x++) {
                double cr = x / 100.0 - 1.5, ci = y / 100.0 - 1, zr = 0, zi = 0;
                int n = 0;
                for (; n < 100 && zr * zr + zi * zi < 4; n++) {
                    double t = zr * zr - zi * zi + cr;
                    zi = 2 * zr * zi + ci;
                    zr = t;
                }
                sum += n;
            }
        return (long)sum;
    }

    static long Arrays()
    {
        var sieve = new bool[4000000];
        int count = 0;
        for (int i = 2; i < sieve.Length; i++) {
            if (sieve[i])
                continue;
            count++;
            for (long j = (long)i * i; j < sieve.Length; j += i)
                sieve[j] = true;
        }
        return count;
    }

    static long Objects()
    {
        long sum = 0;
        for (int round = 0; round < 30; round++) {
            Cell head = null;
            for (int i = 0; i < 50000; i++)
                head = new Cell { next = head, value = i };
            for (Cell c = head; c != null; c = c.next)
                sum += c.value;
        }
        return sum;
    }

    static long Interfaces()
    {
        IShape[] shapes = { new Square(3), new Strip(4), new Square(5) };
        long sum = 0;
        for (int i = 0; i < 6000000; i++)
            sum += shapes[i % 3].Area();
        return sum;
    }

    static long Dictionaries()
    {
        var d = new Dictionary<int, int>();
        long sum = 0;
        for (int i = 0; i < 600000; i++)
            d[i * 7 % 10007] = i;
        foreach (var pair in d)
            sum += pair.Value;
        return sum;
    }

    static long Strings()
    {
        long sum = 0;
        for (int i = 0; i < 60000; i++) {
            string s = "item " + i + ", " + (i * 2);
            sum += s.Length + s.IndexOf(',') + s.Substring(3).GetHashCode() % 2 * 0;
        }
        return sum;
    }

    static int Thrower(int n) { if (n % 2 == 0) throw new InvalidOperationException(); return n; }

    static long Exceptions()
    {
        long sum = 0;
        for (int i = 0; i < 40000; i++) {
            try { sum += Thrower(i); }
            catch (InvalidOperationException) { sum++; }
        }
        return sum;
    }

    // Binary trees of depth 18: one that stays, and many smaller ones that die soon.
    static long Forest()
    {
        Tree kept = Tree.Grow(18);
        long count = 0;
        for (int depth = 4; depth <= 18; depth += 7)
            for (int i = 0; i < 1 << (20 - depth); i++)
                count += Tree.Grow(depth).Count();
        return count + kept.Count();
    }

    static long Trees()
    {
        Tree kept = Tree.Grow(14);
        long sum = kept.Count();
        for (int i = 0; i < 60; i++)
            sum += Tree.Grow(12).Count();
        return sum + kept.Count();
    }

    static long Bodies()
    {
        var bodies = new Body[5];
        for (int i = 0; i < 5; i++)
            bodies[i] = new Body { x = i, y = i * 0.5, z = -i, vx = 0.01 * i, vy = 0.02, vz = -0.01 * i, mass = 1 + i };
        for (int step = 0; step < 60000; step++) {
            for (int i = 0; i < 5; i++) {
                Body a = bodies[i];
                for (int j = i + 1; j < 5; j++) {
                    Body b = bodies[j];
                    double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
                    double d = dx * dx + dy * dy + dz * dz + 0.01, m = 0.001 / (d * Math.Sqrt(d));
                    a.vx -= dx * b.mass * m;
                    a.vy -= dy * b.mass * m;
                    a.vz -= dz * b.mass * m;
                    b.vx += dx * a.mass * m;
                    b.vy += dy * a.mass * m;
                    b.vz += dz * a.mass * m;
                }
            }
            for (int i = 0; i < 5; i++) {
                Body a = bodies[i];
                a.x += 0.001 * a.vx;
                a.y += 0.001 * a.vy;
                a.z += 0.001 * a.vz;
            }
        }
        return (long)(bodies[0].x * 1e9);
    }

    static long Text()
    {
        string text = "the quick brown fox jumps over the lazy dog ";
        long hash = 0;
        for (int i = 0; i < 100000; i++)
            for (int k = 0; k < text.Length; k++)
                hash = hash * 31 + text[k];
        return hash;
    }

    static int Main(string[] args)
    {
        switch (args[0]) {
        case "calls": Console.WriteLine(Fib(32)); return 0;
        case "loops": Console.WriteLine(Loops()); return 0;
        case "floats": Console.WriteLine(Floats()); return 0;
        case "arrays": Console.WriteLine(Arrays()); return 0;
        case "objects": Console.WriteLine(Objects()); return 0;
        case "interfaces": Console.WriteLine(Interfaces()); return 0;
        case "dictionary": Console.WriteLine(Dictionaries()); return 0;
        case "strings": Console.WriteLine(Strings()); return 0;
        case "exceptions": Console.WriteLine(Exceptions()); return 0;
        case "forest": Console.WriteLine(Forest()); return 0;
        case "trees": Console.WriteLine(Trees()); return 0;
        case "bodies": Console.WriteLine(Bodies()); return 0;
        case "text": Console.WriteLine(Text()); return 0;
        default: return 1;
        }
    }
}
