// What prof_gc_test.c runs under a profiler: two collections of known objects.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

class Leaf { }
class Node { public Node Next; public Leaf Leaf; public int Number; }
class Garbage { }
class Held { public Leaf[] Leaves = new Leaf[300]; }
class Handled { }
class Watched { }
class Local { }
class Dying { ~Dying() { } }
struct Pinned { public int Value; }

class Program {
    static Node chain;
    static Held held;
    static Watched watched;

    // 10 nodes and 10 leaves that live, 7 objects that die, 20 that wait for their finalizers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Make() {
        for (int i = 0; i < 10; i++)
            chain = new Node { Next = chain, Leaf = new Leaf(), Number = i };
        for (int i = 0; i < 7; i++)
            new Garbage();
        for (int i = 0; i < 20; i++)
            new Dying();
        held = new Held();
        for (int i = 0; i < 300; i++)
            held.Leaves[i] = chain.Leaf;
        watched = new Watched();
        GCHandle.Alloc(watched, GCHandleType.Weak);
        GCHandle.Alloc(new Handled());
        GCHandle.Alloc(new Pinned { Value = 1 }, GCHandleType.Pinned);
    }

    static int Main() {
        Make();
        Local local = new Local();
        GC.Collect();
        GC.KeepAlive(local);
        for (int i = 0; i < 3; i++)
            chain.Next.Leaf = new Leaf();
        GC.Collect();
        return chain.Number; // 9
    }
}
