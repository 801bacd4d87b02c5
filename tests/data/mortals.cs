// What check-oom runs: little else than objects that die, and those who notice. No console, which
// would take more memory than all the rest. The status is 0 when everything went as it should.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

class Mortal
{
    public static int Finalized;
    public static Mortal Last;

    ~Mortal()
    {
        Finalized++;
        Last = this;
        GC.ReRegisterForFinalize(this);
    }
}

class Node
{
    public Node Next;
}

class Program
{
    static Node list;
    static byte[] large;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Fill(ConditionalWeakTable<Node, object> table, WeakReference[] weak, GCHandle[] handles)
    {
        for (int i = 0; i < weak.Length; i++)
        {
            var node = new Node();
            weak[i] = new WeakReference(node);
            table.Add(node, node);
            handles[i] = GCHandle.Alloc(new Node { Next = node }, (GCHandleType)(i % 4));
            if (i % 2 == 0)
                list = new Node { Next = list };
            new Mortal();
        }
        for (int i = 0; i < 3; i++)
            large = new byte[100000];
    }

    static int Main()
    {
        var table = new ConditionalWeakTable<Node, object>();
        var weak = new WeakReference[20];
        var handles = new GCHandle[20];
        Fill(table, weak, handles);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        int kept = 0;
        for (int i = 0; i < weak.Length; i++)
        {
            object target = handles[i].Target;
            if (i % 4 >= 2 && target == null)
                return 1;
            kept += weak[i].IsAlive ? 1 : 0;
            handles[i].Free();
        }
        GC.KeepAlive(table);
        return kept >= 10 && Mortal.Finalized > 0 && large.Length == 100000 ? 0 : 2;
    }
}
