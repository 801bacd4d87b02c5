// ConditionalWeakTable: values live as long as their keys, and do not keep them alive.
using System;
using System.Runtime.CompilerServices;
using static Collecting;

class Key
{
    public int Number;
    public Key Next;
}

class Value
{
    public object Back; // to the key, or another
    public int Number;
}

class Mortal
{
    public static int Finalized;
    public static ConditionalWeakTable<Mortal, Value> Table;
    public static string Seen = "not run";

    ~Mortal()
    {
        Value value;
        Finalized++;
        Seen = Table.TryGetValue(this, out value) ? "still " + value.Number : "gone";
    }
}

class Program
{
    const int Count = 200;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int CountAlive(WeakReference[] references)
    {
        int alive = 0;
        foreach (var reference in references)
            alive += reference.IsAlive ? 1 : 0;
        return alive;
    }

    // Every value refers to its own key.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference[] Fill(ConditionalWeakTable<Key, Value> table, Key[] keep)
    {
        var references = new WeakReference[Count];
        for (int i = 0; i < Count; i++)
        {
            var key = new Key { Number = i };
            table.Add(key, new Value { Back = key, Number = 10 * i });
            references[i] = new WeakReference(key);
            if (i % 10 == 0)
                keep[i / 10] = key;
        }
        return references;
    }

    static void KeysDie()
    {
        var table = new ConditionalWeakTable<Key, Value>();
        var keep = new Key[Count / 10];
        var references = Fill(table, keep);
        Collect();
        int alive = CountAlive(references);
        Console.WriteLine("alive: {0}", alive >= keep.Length && alive < keep.Length + 10 ? "those kept" : "" + alive);
        int good = 0;
        foreach (var key in keep)
        {
            Value value;
            if (table.TryGetValue(key, out value) && value.Number == 10 * key.Number && value.Back == key)
                good++;
        }
        Console.WriteLine("found: {0}", good);
        Fill(table, new Key[Count / 10]); // into the room that dead keys have left
        good = 0;
        foreach (var key in keep)
            good += table.GetOrCreateValue(key).Number == 10 * key.Number ? 1 : 0;
        Console.WriteLine("found: {0}", good);
        GC.KeepAlive(table);
    }

    // Each value holds the next key: only the first key is kept.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static Key Chain(ConditionalWeakTable<Key, Value> table, int length)
    {
        var first = new Key();
        var last = first;
        for (int i = 1; i < length; i++)
        {
            var next = new Key { Number = i };
            table.Add(last, new Value { Back = next, Number = i });
            last = next;
        }
        return first;
    }

    static void ChainsLive()
    {
        var table = new ConditionalWeakTable<Key, Value>();
        var key = Chain(table, 100);
        Collect();
        int length = 1;
        Value value;
        while (table.TryGetValue(key, out value))
        {
            key = (Key)value.Back;
            length++;
        }
        Console.WriteLine("chain: {0}, last {1}", length, key.Number);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MakeMortals(int count)
    {
        for (int i = 0; i < count; i++)
            Mortal.Table.Add(new Mortal(), new Value { Number = 5 });
    }

    // A key that is only reached by its finalizer has its value still.
    static void FinalizersSeeValues()
    {
        Mortal.Table = new ConditionalWeakTable<Mortal, Value>();
        MakeMortals(20);
        Collect();
        Console.WriteLine("finalized: {0}, value {1}", Mortal.Finalized > 10, Mortal.Seen);
    }

    static void OtherUse()
    {
        var table = new ConditionalWeakTable<string, Value>();
        string key = new string('x', 3);
        try { table.Add(null, new Value()); } catch (ArgumentNullException e) { Console.WriteLine(e.ParamName); }
        table.Add(key, new Value { Number = 1 });
        try { table.Add(key, new Value()); } catch (ArgumentException) { Console.WriteLine("twice"); }
        Value value;
        Console.WriteLine(table.TryGetValue(new string('x', 3), out value)); // by reference
        Console.WriteLine(table.GetValue("other", k => new Value { Number = k.Length }).Number);
        Console.WriteLine(table.Remove(key) + " " + table.Remove(key));
        Console.WriteLine(table.TryGetValue(key, out value));
        table.GetOrCreateValue(key).Number = 9;
        Collect();
        Console.WriteLine(table.GetOrCreateValue(key).Number);
    }

    static void Main()
    {
        KeysDie();
        ChainsLive();
        FinalizersSeeValues();
        OtherUse();
    }
}
