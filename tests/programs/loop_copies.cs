// Values of the iteration before, used after the loop has ended.
using System;

class Node {
    public int Key;
    public string Text;
    public Node Next;

    public Node Following() { return Next; }

    public static string Last(Node from, int key) {
        Node node;
        do {
            node = from;
            if (node.Key == key)
                return node.Text;
            from = node.Next;
        } while (from != null);
        return "last " + node.Text;
    }

    public static string LastByCall(Node from, int key) {
        Node node, next = from;
        do {
            node = next;
            if (key == node.Key)
                return node.Text;
        } while ((next = node.Following()) != null);
        return "last " + node.Text;
    }

    // Prints the node before the one that is taken out.
    public static Node Remove(Node list, int key) {
        Node before = null, at = list;
        while (at != null && at.Key != key) {
            before = at;
            at = at.Next;
        }
        if (at == null)
            return list;
        Console.WriteLine("after {0}", before == null ? "nothing" : before.Text);
        if (before == null)
            return at.Next;
        before.Next = at.Next;
        return list;
    }
}

class LoopCopies {
    static int LastPositive(int value, int step) {
        int before;
        do {
            before = value;
            value = before - step;
        } while (value > 0);
        return before;
    }

    static double BeforeOverflow(double value) {
        double before = 0;
        while (value < 1e300) {
            before = value;
            value = before * before;
        }
        return before;
    }

    static int Fibonacci(int[] numbers, int limit) {
        int a = 0, b = 1, at = 0;
        while (b < limit) {
            int sum = a + b;
            a = b;
            b = sum;
            numbers[at++ % numbers.Length] = a;
        }
        return a + numbers[at % numbers.Length];
    }

    static void Main() {
        Node list = null;
        for (int i = 5; i > 0; i--)
            list = new Node { Key = i, Text = "n" + i, Next = list };
        for (int round = 0; round < 1000; round++) {
            bool print = round == 0 || round == 999;
            for (int key = 0; key < 7; key++) {
                string one = Node.Last(list, key), two = Node.LastByCall(list, key);
                if (print)
                    Console.WriteLine("{0} {1}", one, two);
            }
            int last = LastPositive(100, 7) + Fibonacci(new int[4], 1000);
            double large = BeforeOverflow(1.5);
            if (print)
                Console.WriteLine("{0} {1}", last, large);
        }
        list = Node.Remove(Node.Remove(Node.Remove(list, 3), 1), 5);
        for (Node n = list; n != null; n = n.Next)
            Console.Write("{0} ", n.Text);
        Console.WriteLine();
    }
}
