// System.GC, WeakReference and GCHandle of every kind.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Collecting;

class Plain { public int Number; }

class Mortal
{
    public static int Finalized;
    public static Mortal Saved;
    public bool Resurrect;
    public int Number;

    ~Mortal()
    {
        Finalized++;
        if (Resurrect)
            Saved = this;
    }
}

struct Blittable { public int A; public double B; }
class Blob { public int A = 7; }

class Program
{
    const int Many = 20;

    // Stacks are read conservatively, so of many unreachable objects one or another may live on.
    static string Most(int count)
    {
        return count > Many / 2 ? "most" : count == 0 ? "none" : "some";
    }

    static int Collections()
    {
        int count = 0;
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            count += GC.CollectionCount(generation);
        return count;
    }

    static void Figures()
    {
        int before = Collections();
        GC.Collect();
        GC.Collect(0);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, true);
        Console.WriteLine("counted: {0}", Collections() - before >= 4);
        object o = new object();
        Console.WriteLine("generation: {0}", GC.GetGeneration(o) >= 0 && GC.GetGeneration(o) <= GC.MaxGeneration);
        Console.WriteLine("generation of a reference: {0}", GC.GetGeneration(new WeakReference(o)) <= GC.MaxGeneration);
        byte[] big = null;
        long small = GC.GetTotalMemory(true);
        big = new byte[8 << 20];
        long large = GC.GetTotalMemory(false);
        Console.WriteLine("memory: {0} {1}", small > 0, large - small >= 8 << 20 && large - small < 9 << 20);
        GC.KeepAlive(big);
        GC.AddMemoryPressure(1000);
        GC.RemoveMemoryPressure(1000);
        GC.KeepAlive(null);
        foreach (Action wrong in new Action[] {
            () => GC.AddMemoryPressure(0), () => GC.RemoveMemoryPressure(-1), () => GC.Collect(-1),
            () => GC.CollectionCount(-1), () => GC.SuppressFinalize(null), () => GC.ReRegisterForFinalize(null) })
        {
            try { wrong(); Console.WriteLine("no exception"); }
            catch (ArgumentException e) { Console.WriteLine(e.GetType().Name + " " + e.ParamName); }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference[] MakeWeak(bool track, bool mortal, bool resurrect)
    {
        var references = new WeakReference[Many];
        for (int i = 0; i < Many; i++)
            references[i] = new WeakReference(
                mortal ? (object)new Mortal { Resurrect = resurrect } : new Plain(), track);
        return references;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Dead(WeakReference[] references)
    {
        int dead = 0;
        foreach (var reference in references)
            dead += !reference.IsAlive && reference.Target == null ? 1 : 0;
        return dead;
    }

    static void WeakReferences()
    {
        var plain = new Plain { Number = 4 };
        var weak = new WeakReference(plain);
        var typed = new WeakReference<Plain>(plain, true);
        Plain target;
        Console.WriteLine("{0} {1} {2}", weak.IsAlive, weak.Target == plain, weak.TrackResurrection);
        Console.WriteLine("{0} {1}", typed.TryGetTarget(out target), target.Number);
        typed.SetTarget(null);
        Console.WriteLine("{0} {1}", typed.TryGetTarget(out target), target == null);
        weak.Target = "other";
        Console.WriteLine(weak.Target);
        weak.Target = null;
        Console.WriteLine(weak.IsAlive);
        GC.KeepAlive(plain);

        var shorts = MakeWeak(false, false, false);
        Collect();
        Console.WriteLine("plain: {0} dead", Most(Dead(shorts)));

        var mortal = MakeWeak(false, true, true);
        var tracked = MakeWeak(true, true, true);
        Bury(50);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine("short: {0} dead, long: {1} dead", Most(Dead(mortal)), Most(Dead(tracked)));
        Mortal.Saved = null;
        Collect();
        Console.WriteLine("later: {0} dead", Most(Dead(tracked)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MakeMortals(bool suppress, bool again)
    {
        for (int i = 0; i < Many; i++)
        {
            var mortal = new Mortal();
            if (suppress || again)
                GC.SuppressFinalize(mortal);
            if (again)
                GC.ReRegisterForFinalize(mortal);
        }
    }

    static void Finalizers()
    {
        Collect();
        Mortal.Finalized = 0;
        MakeMortals(false, false);
        Collect();
        Console.WriteLine("finalized: {0}", Most(Mortal.Finalized));
        Mortal.Finalized = 0;
        MakeMortals(true, false);
        Collect();
        Console.WriteLine("suppressed: {0}", Mortal.Finalized < Many / 2);
        Mortal.Finalized = 0;
        MakeMortals(true, true);
        Collect();
        Console.WriteLine("again: {0}", Most(Mortal.Finalized));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static GCHandle[] MakeHandles(GCHandleType type)
    {
        var handles = new GCHandle[Many];
        for (int i = 0; i < Many; i++)
            handles[i] = GCHandle.Alloc(new Blob { A = i }, type);
        return handles;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Empty(GCHandle[] handles)
    {
        int empty = 0;
        foreach (var handle in handles)
            empty += handle.Target == null ? 1 : 0;
        return empty;
    }

    static void Handles()
    {
        foreach (GCHandleType type in Enum.GetValues(typeof(GCHandleType)))
        {
            var handles = MakeHandles(type == GCHandleType.Pinned ? GCHandleType.Normal : type);
            Collect();
            Console.WriteLine("{0}: {1} empty, allocated {2}", type, Most(Empty(handles)), handles[3].IsAllocated);
            for (int i = 0; i < Many; i++)
                handles[i].Free();
            Console.WriteLine(handles[3].IsAllocated);
        }
        var h = GCHandle.Alloc(new Plain { Number = 1 });
        h.Target = "changed";
        Console.WriteLine(h.Target);
        GCHandle same = GCHandle.FromIntPtr(GCHandle.ToIntPtr(h));
        Console.WriteLine("{0} {1} {2}", same == h, same.Target, same.Equals(h));
        h.Free();
        try { h.Free(); } catch (InvalidOperationException) { Console.WriteLine("freed twice"); }
        try { Console.WriteLine(h.Target); } catch (InvalidOperationException) { Console.WriteLine("no target"); }
        try { GCHandle.FromIntPtr(IntPtr.Zero); } catch (InvalidOperationException) { Console.WriteLine("zero"); }
        try { default(GCHandle).AddrOfPinnedObject(); } catch (InvalidOperationException) { Console.WriteLine("not pinned"); }
        var none = GCHandle.Alloc(null);
        Console.WriteLine("{0} {1}", none.Target == null, none.IsAllocated);
        none.Free();
    }

    static unsafe void Pinned()
    {
        var bytes = new byte[] { 1, 2, 3, 4 };
        var h = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        byte* p = (byte*)h.AddrOfPinnedObject();
        Collect();
        p[2] = 9;
        Console.WriteLine("{0} {1} {2}", bytes[2], p[0], h.Target == bytes);
        Console.WriteLine(h.AddrOfPinnedObject() == Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0));
        h.Free();
        h = GCHandle.Alloc("text", GCHandleType.Pinned);
        Console.WriteLine(new string((char*)h.AddrOfPinnedObject()));
        h.Free();
        h = GCHandle.Alloc(new Blittable { A = 3, B = 1.5 }, GCHandleType.Pinned);
        var b = (Blittable*)h.AddrOfPinnedObject();
        b->A++;
        Console.WriteLine("{0} {1}", ((Blittable)h.Target).A, b->B);
        h.Free();
        h = GCHandle.Alloc(new[] { new Blittable { A = 5 }, new Blittable { A = 6 } }, GCHandleType.Pinned);
        Console.WriteLine(((Blittable*)h.AddrOfPinnedObject())[1].A);
        h.Free();
        h = GCHandle.Alloc(17L, GCHandleType.Pinned);
        Console.WriteLine(*(long*)h.AddrOfPinnedObject());
        h.Free();
        foreach (object o in new object[] { new Blob(), DateTime.MinValue, null, true, DayOfWeek.Monday, new int[2, 2], 1m })
        {
            h = GCHandle.Alloc(o, GCHandleType.Pinned);
            try { Console.WriteLine("{0} {1}", o ?? "null", h.AddrOfPinnedObject() != IntPtr.Zero); }
            catch (ArgumentException e) { Console.WriteLine(e.Message); }
            h.Free();
        }
        h = GCHandle.Alloc(bytes, GCHandleType.Normal);
        try { h.AddrOfPinnedObject(); Console.WriteLine("address"); }
        catch (InvalidOperationException) { Console.WriteLine("not pinned"); }
        h.Free();
    }

    static void Main()
    {
        Figures();
        WeakReferences();
        Finalizers();
        Handles();
        Pinned();
    }
}
