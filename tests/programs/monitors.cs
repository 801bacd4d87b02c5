// Monitor: entering, leaving, waiting, pulsing, time-outs, and a race that locks decide.
using System;
using System.Collections.Generic;
using System.Threading;
using static Checks;

class Program
{
    // Runs on another thread.
    static T Elsewhere<T>(Func<T> function)
    {
        T result = default(T);
        var thread = new Thread(() => result = function());
        thread.Start();
        thread.Join();
        return result;
    }

    static void Owning()
    {
        var gate = new object();
        Show("entered", Monitor.IsEntered(gate));
        lock (gate)
        {
            lock (gate)
                Show("entered twice", Monitor.IsEntered(gate));
            Show("still", Monitor.IsEntered(gate));
            Show("another tries", Elsewhere(() => Monitor.TryEnter(gate)));
            Show("another tries for a while", Elsewhere(() => Monitor.TryEnter(gate, 20)));
        }
        Show("left", Monitor.IsEntered(gate));
        Show("another tries", Elsewhere(() => Monitor.TryEnter(gate)));
        Refused("null", () => Monitor.Enter(null));
        Refused("exit", () => Monitor.Exit(new object()));
        Refused("pulse", () => Monitor.Pulse(new object()));
        Refused("wait", () => Monitor.Wait(new object()));
        lock (gate = new object())
            Show("wait for nothing", Monitor.Wait(gate, 10) + " " + Monitor.IsEntered(gate));
        Refused("throw", () =>
        {
            lock (gate)
                throw new InvalidOperationException();
        });
        Show("left by the exception", Monitor.IsEntered(gate));
    }

    static void PingPong()
    {
        var gate = new object();
        int turn = 0, sum = 0;
        ThreadStart play = () =>
        {
            for (int i = 0; i < 500; i++)
            {
                lock (gate)
                {
                    int mine = turn;
                    sum += mine;
                    turn++;
                    Monitor.Pulse(gate);
                    if (i < 499)
                        Monitor.Wait(gate);
                }
            }
        };
        var one = new Thread(play);
        var two = new Thread(play);
        one.Start();
        two.Start();
        one.Join();
        lock (gate)
            Monitor.PulseAll(gate);
        two.Join();
        Show("turns", turn + " " + sum);
    }

    static void Queue()
    {
        var queue = new Queue<int>();
        long sum = 0;
        var consumers = new List<Thread>();
        for (int c = 0; c < 4; c++)
        {
            var consumer = new Thread(() =>
            {
                for (;;)
                {
                    int item;
                    lock (queue)
                    {
                        while (queue.Count == 0)
                            Monitor.Wait(queue);
                        item = queue.Dequeue();
                    }
                    if (item < 0)
                        return;
                    Interlocked.Add(ref sum, item);
                }
            });
            consumer.Start();
            consumers.Add(consumer);
        }
        for (int i = 0; i < 4000; i++)
        {
            lock (queue)
            {
                queue.Enqueue(i < 3996 ? i : -1);
                Monitor.Pulse(queue);
            }
        }
        consumers.ForEach(c => c.Join());
        Show("sum", sum);
    }

    static int counter;

    static void Race()
    {
        var gates = new object[8];
        var counts = new int[gates.Length];
        for (int i = 0; i < gates.Length; i++)
            gates[i] = new object();
        var threads = new List<Thread>();
        for (int t = 0; t < 6; t++)
        {
            int seed = t;
            threads.Add(new Thread(() =>
            {
                var random = new Random(seed);
                for (int i = 0; i < 3000; i++)
                {
                    int g = random.Next(gates.Length);
                    lock (gates[g])
                        counts[g]++;
                    lock (typeof(Program))
                        counter++;
                }
            }));
        }
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        int sum = 0;
        foreach (int count in counts)
            sum += count;
        Show("counted", sum + " " + counter);
    }

    static void Main()
    {
        Owning();
        PingPong();
        Queue();
        Race();
    }
}
