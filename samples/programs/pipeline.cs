// An asynchronous pipeline over the thread pool: documents are fetched, parsed by several workers and
// summed up, each stage connected to the next by a queue of limited length that can be awaited. Then
// the same with failures, cancellation and a time limit. What is printed does not depend on timing.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

// A queue of limited length: writers wait while it is full, readers while it is empty, none of them on
// a thread.
sealed class Channel<T>
{
    readonly Queue<T> items = new Queue<T>();
    readonly SemaphoreSlim room, filled = new SemaphoreSlim(0);
    bool completed;

    public Channel(int capacity)
    {
        room = new SemaphoreSlim(capacity);
    }

    public async Task Write(T item, CancellationToken cancel = default(CancellationToken))
    {
        await room.WaitAsync(cancel).ConfigureAwait(false);
        lock (items)
            items.Enqueue(item);
        filled.Release();
    }

    // No more will be written: every reader that finds the queue empty is told so.
    public void Complete()
    {
        lock (items)
            completed = true;
        filled.Release();
    }

    // (true, an item), or (false, nothing) at the end.
    public async Task<KeyValuePair<bool, T>> Read(CancellationToken cancel = default(CancellationToken))
    {
        await filled.WaitAsync(cancel).ConfigureAwait(false);
        lock (items)
        {
            if (items.Count == 0 && completed)
            {
                filled.Release(); // for the next reader
                return new KeyValuePair<bool, T>(false, default(T));
            }
            room.Release();
            return new KeyValuePair<bool, T>(true, items.Dequeue());
        }
    }
}

class Document
{
    public int Number;
    public string Text;
    public Dictionary<string, int> Words;
}

class Program
{
    static readonly string[] Vocabulary = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};

    // A document that takes a moment to come; which words it has follows from its number.
    static async Task<Document> Fetch(int number, CancellationToken cancel)
    {
        await Task.Delay(number % 3, cancel);
        if (number < 0)
            throw new InvalidOperationException("there is no document " + number);
        var words = Enumerable.Range(0, 20).Select(i => Vocabulary[(number * 7 + i * i) % Vocabulary.Length]);
        return new Document {Number = number, Text = string.Join(" ", words)};
    }

    static async Task Produce(IEnumerable<int> numbers, Channel<Document> output, CancellationToken cancel)
    {
        try
        {
            foreach (int number in numbers)
                await output.Write(await Fetch(number, cancel), cancel);
        }
        finally
        {
            output.Complete();
        }
    }

    static async Task<int> Parse(Channel<Document> input, Channel<Document> output, CancellationToken cancel)
    {
        int count = 0;
        for (var read = await input.Read(cancel); read.Key; read = await input.Read(cancel))
        {
            Document document = read.Value;
            document.Words = await Task.Run(() => document.Text.Split(' ').GroupBy(word => word)
                .ToDictionary(group => group.Key, group => group.Count()));
            await output.Write(document, cancel);
            count++;
        }
        return count;
    }

    static async Task<SortedDictionary<string, int>> Sum(Channel<Document> input, CancellationToken cancel)
    {
        var sum = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var read = await input.Read(cancel); read.Key; read = await input.Read(cancel))
        {
            foreach (var word in read.Value.Words)
            {
                int count;
                sum.TryGetValue(word.Key, out count);
                sum[word.Key] = count + word.Value;
            }
        }
        return sum;
    }

    static async Task<string> Run(IEnumerable<int> numbers, int workers,
                                  CancellationToken cancel = default(CancellationToken))
    {
        Channel<Document> fetched = new Channel<Document>(4), parsed = new Channel<Document>(4);
        Task producing = Produce(numbers, fetched, cancel);
        Task<int>[] parsing =
            Enumerable.Range(0, workers).Select(i => Parse(fetched, parsed, cancel)).ToArray();
        Task<SortedDictionary<string, int>> summing = Sum(parsed, cancel);
        int[] counts = await Task.WhenAll(parsing);
        parsed.Complete();
        SortedDictionary<string, int> sum = await summing;
        await producing;
        return counts.Sum() + " documents: " +
               string.Join(", ", sum.Select(word => word.Key + " " + word.Value));
    }

    static async Task<string> Outcome(Task<string> task)
    {
        try
        {
            return await task;
        }
        catch (OperationCanceledException)
        {
            return "cancelled, " + task.Status;
        }
        catch (Exception e)
        {
            return e.GetType().Name + ": " + e.Message;
        }
    }

    static IEnumerable<int> Endless(CancellationTokenSource stop, int after)
    {
        for (int i = 0;; i++)
        {
            if (i == after)
                stop.Cancel();
            yield return i;
        }
    }

    static async Task<string> Limited(Task<string> task, int milliseconds)
    {
        return await Task.WhenAny(task, Task.Delay(milliseconds).ContinueWith(delay => (string)null)) == task
                   ? await task : "too late";
    }

    static async Task Combinations()
    {
        Task<int>[] squares = Enumerable.Range(1, 8).Select(async n =>
        {
            await Task.Yield();
            return n * n;
        }).ToArray();
        Console.WriteLine("squares: {0}", string.Join(" ", await Task.WhenAll(squares)));

        Task all = Task.WhenAll(Outcome(Task.FromResult("good")),
            Task.Run(() => { throw new FormatException("the first"); }),
            Task.Run(() => { throw new TimeoutException("the second"); }));
        try
        {
            await all;
        }
        catch (Exception)
        {
            Console.WriteLine("failed: {0}", string.Join(", ",
                all.Exception.InnerExceptions.Select(e => e.GetType().Name + " " + e.Message)));
        }

        var source = new TaskCompletionSource<string>();
        Task<string> chain = source.Task.ContinueWith(t => t.Result + "b").ContinueWith(t => t.Result + "c");
        source.SetResult("a");
        Console.WriteLine("chain: {0}, set again: {1}", await chain, source.TrySetResult("x"));

        int sum = 0;
        Parallel.For(0, 1000, i => Interlocked.Add(ref sum, i));
        Console.WriteLine("parallel sum: {0}, in a query: {1}", sum,
                          Enumerable.Range(0, 1000).AsParallel().Where(n => n % 3 == 0).Sum());
    }

    static async Task Demonstrate()
    {
        Console.WriteLine(await Run(Enumerable.Range(0, 40), 1));
        Console.WriteLine(await Run(Enumerable.Range(0, 40), 4));
        Console.WriteLine(await Outcome(Run(new[] {1, 2, -3, 4}, 2)));
        using (var stop = new CancellationTokenSource())
            Console.WriteLine(await Outcome(Run(Endless(stop, 25), 3, stop.Token)));
        using (var stop = new CancellationTokenSource())
        {
            Task<string> endless = Run(Endless(stop, -1), 2, stop.Token);
            Console.WriteLine(await Limited(endless, 50));
            stop.Cancel();
            Console.WriteLine(await Outcome(endless));
        }
        Console.WriteLine(await Limited(Task.FromResult("in time"), 1000));
        await Combinations();
    }

    static void Main()
    {
        Demonstrate().Wait();
    }
}
