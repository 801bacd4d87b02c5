// Tuples and the collections of System.
using System;
using System.Collections.Generic;

static class Program {
    static void Main() {
        var tp = Tuple.Create(1, "x");
        Console.WriteLine(tp);
        var vt = (a: 1, b: "y");
        Console.WriteLine(vt + vt.b);
        Console.WriteLine((1,2).Equals((1,2)) + " " +
            (1,2).GetHashCode().Equals((1,2).GetHashCode()));
        var qu = new Queue<int>();
        qu.Enqueue(1);
        qu.Enqueue(2);
        Console.WriteLine(qu.Dequeue() + qu.Count);
        var stk = new Stack<string>();
        stk.Push("a");
        stk.Push("b");
        Console.WriteLine(stk.Pop() + stk.Peek());
        var sl = new SortedDictionary<string,int>{{"b",2},{"a",1}};
        foreach (var kv in sl) Console.Write(kv.Key + kv.Value + " ");
        Console.WriteLine();
        var ll = new LinkedList<int>();
        ll.AddLast(1);
        ll.AddFirst(0);
        Console.WriteLine(string.Join(",", ll));
        var srt = new SortedSet<int>{3,1,2};
        Console.WriteLine(string.Join(",", srt));
    }
}
