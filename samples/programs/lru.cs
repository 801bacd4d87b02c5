// A cache of fixed capacity that forgets what was used least recently. A dictionary finds an entry, a
// doubly linked list through all entries keeps them in the order of their use; so every operation takes
// constant time. The cache is generic, can be enumerated, and announces what it drops.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

class LruCache<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
{
    sealed class Node
    {
        public TKey Key;
        public TValue Value;
        public Node Newer, Older;
    }

    readonly Dictionary<TKey, Node> nodes;
    readonly Node ring = new Node(); // ring.Older is the newest entry, ring.Newer the oldest
    readonly int capacity;

    public event Action<TKey, TValue> Evicted;
    public int Hits { get; private set; }
    public int Misses { get; private set; }
    public int Count => nodes.Count;

    public LruCache(int capacity, IEqualityComparer<TKey> comparer = null)
    {
        if (capacity <= 0)
            throw new ArgumentOutOfRangeException(nameof(capacity), "a cache needs room");
        this.capacity = capacity;
        nodes = new Dictionary<TKey, Node>(comparer);
        ring.Newer = ring.Older = ring;
    }

    static void Unlink(Node node)
    {
        node.Newer.Older = node.Older;
        node.Older.Newer = node.Newer;
    }

    void LinkAsNewest(Node node)
    {
        node.Newer = ring;
        node.Older = ring.Older;
        node.Older.Newer = node;
        ring.Older = node;
    }

    public bool TryGet(TKey key, out TValue value)
    {
        Node node;
        if (!nodes.TryGetValue(key, out node))
        {
            Misses++;
            value = default(TValue);
            return false;
        }
        Hits++;
        Unlink(node);
        LinkAsNewest(node);
        value = node.Value;
        return true;
    }

    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        TValue value;
        if (!TryGet(key, out value))
            this[key] = value = make(key);
        return value;
    }

    public TValue this[TKey key]
    {
        set
        {
            Node node;
            if (nodes.TryGetValue(key, out node))
            {
                Unlink(node);
            }
            else
            {
                if (nodes.Count == capacity)
                    Evict(ring.Newer);
                nodes[key] = node = new Node {Key = key};
            }
            node.Value = value;
            LinkAsNewest(node);
        }
    }

    void Evict(Node node)
    {
        Unlink(node);
        nodes.Remove(node.Key);
        Evicted?.Invoke(node.Key, node.Value);
    }

    public bool Remove(TKey key)
    {
        Node node;
        if (!nodes.TryGetValue(key, out node))
            return false;
        Unlink(node);
        return nodes.Remove(key);
    }

    // From the newest to the oldest.
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        for (Node node = ring.Older; node != ring; node = node.Older)
            yield return new KeyValuePair<TKey, TValue>(node.Key, node.Value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

// A point as a key: equality by value, so that the dictionary finds it.
struct Point : IEquatable<Point>
{
    public readonly int X, Y;

    public Point(int x, int y)
    {
        X = x;
        Y = y;
    }

    public bool Equals(Point other) => X == other.X && Y == other.Y;
    public override bool Equals(object other) => other is Point && Equals((Point)other);
    public override int GetHashCode() => X * 31 + Y;
    public override string ToString() => $"({X}, {Y})";
}

class Program
{
    static void Show<TKey, TValue>(string what, LruCache<TKey, TValue> cache)
    {
        Console.WriteLine("{0,-22} {1}", what,
                          string.Join(" ", cache.Select(entry => entry.Key + "=" + entry.Value)));
    }

    static void Basics()
    {
        var cache = new LruCache<string, int>(3, StringComparer.OrdinalIgnoreCase);
        int value;
        cache.Evicted += (key, dropped) => Console.WriteLine("  dropped {0}={1}", key, dropped);
        cache["one"] = 1;
        cache["two"] = 2;
        cache["three"] = 3;
        Show("three entries", cache);
        Console.WriteLine("ONE is {0}", cache.TryGet("ONE", out value) ? value : -1);
        Show("one was used", cache);
        cache["four"] = 4;
        Show("four came", cache);
        cache["three"] = 33;
        Show("three has changed", cache);
        Console.WriteLine("two is {0}", cache.TryGet("two", out value) ? "there" : "gone");
        Console.WriteLine("remove one: {0}, again: {1}", cache.Remove("one"), cache.Remove("one"));
        Show("without one", cache);
        Console.WriteLine("{0} hits, {1} misses", cache.Hits, cache.Misses);
    }

    // Ways through a grid, by recursion over a cache: quick when the cache holds enough.
    static void Paths(int size, int capacity)
    {
        var cache = new LruCache<Point, long>(capacity);
        int calls = 0;
        Func<Point, long> count = null;
        count = point =>
        {
            calls++;
            if (point.X == 0 || point.Y == 0)
                return 1;
            return cache.GetOrAdd(new Point(point.X - 1, point.Y), count) +
                   cache.GetOrAdd(new Point(point.X, point.Y - 1), count);
        };
        long ways = count(new Point(size, size));
        Console.WriteLine("{0} ways through {1}x{1}; capacity {2}: {3} calls, {4} hits, {5} kept", ways,
                          size, capacity, calls, cache.Hits, cache.Count);
    }

    // Requests that prefer low numbers: the hit rate grows with the capacity.
    static void HitRates()
    {
        foreach (int capacity in new[] {4, 16, 64, 256})
        {
            var cache = new LruCache<int, Point>(capacity);
            uint random = 12345;
            for (int i = 0; i < 20000; i++)
            {
                random = random * 1664525 + 1013904223;
                int first = (int)(random >> 16) % 1000;
                random = random * 1664525 + 1013904223;
                int key = first * ((int)(random >> 16) % 1000) / 1000;
                cache.GetOrAdd(key, k => new Point(k, k * k));
            }
            Console.WriteLine("capacity {0,3}: {1:P1} hits, newest {2}", capacity,
                              (double)cache.Hits / (cache.Hits + cache.Misses), cache.First().Value);
        }
    }

    static void Main()
    {
        Basics();
        foreach (int capacity in new[] {1000, 20, 8})
            Paths(10, capacity);
        HitRates();
        try
        {
            new LruCache<int, int>(0);
        }
        catch (ArgumentOutOfRangeException e)
        {
            Console.WriteLine("{0}: {1}", e.GetType().Name, e.ParamName);
        }
    }
}
