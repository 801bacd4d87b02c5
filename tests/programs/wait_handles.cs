// Events, mutexes, semaphores, and waiting for several of them.
using System;
using System.Collections.Generic;
using System.Threading;
using static Checks;

class Program
{
    static Thread Start(ThreadStart body)
    {
        var thread = new Thread(body);
        thread.Start();
        return thread;
    }

    static void Events()
    {
        var automatic = new AutoResetEvent(true);
        Show("automatic", automatic.WaitOne(0) + " " + automatic.WaitOne(0));
        automatic.Set();
        automatic.Set();
        Show("set twice", automatic.WaitOne(0) + " " + automatic.WaitOne(0));
        var manual = new ManualResetEvent(false);
        Show("manual", manual.WaitOne(5));
        manual.Set();
        Show("manual set", manual.WaitOne(0) + " " + manual.WaitOne(0));
        manual.Reset();
        Show("manual reset", manual.WaitOne(0));
        manual.Close();
        Refused("closed", () => manual.WaitOne(0));
        bool created;
        var named = new EventWaitHandle(false, EventResetMode.ManualReset, "claret-test-event", out created);
        var again = new EventWaitHandle(false, EventResetMode.ManualReset, "claret-test-event");
        named.Set();
        Show("named", created + " " + again.WaitOne(0));
        Refused("unknown name", () => EventWaitHandle.OpenExisting("claret-test-no-event"));
        int woken = 0;
        var all = new ManualResetEvent(false);
        var threads = new List<Thread>();
        for (int i = 0; i < 5; i++)
            threads.Add(Start(() => { all.WaitOne(); Interlocked.Increment(ref woken); }));
        Thread.Sleep(5);
        Show("woken before", woken);
        all.Set();
        threads.ForEach(t => t.Join());
        Show("woken", woken);
    }

    static void Mutexes()
    {
        var mutex = new Mutex(true);
        bool other = true;
        Start(() => other = mutex.WaitOne(10)).Join();
        Show("taken elsewhere", other);
        Show("again", mutex.WaitOne(0));
        mutex.ReleaseMutex();
        mutex.ReleaseMutex();
        Refused("released too often", () => mutex.ReleaseMutex());
        Start(() => mutex.WaitOne()).Join();
        Refused("abandoned", () => mutex.WaitOne());
        int told = 0;
        for (int i = 0; i < 50; i++)
        {
            var left = new Mutex();
            Start(() => left.WaitOne()).Join();
            try { WaitHandle.WaitAny(new WaitHandle[] { left, new ManualResetEvent(true) }); }
            catch (AbandonedMutexException) { told++; }
        }
        Show("abandoned before the thread has ended", told);
        mutex.ReleaseMutex();
        Show("and fine again", mutex.WaitOne(0));
        int sum = 0;
        var shared = new Mutex();
        var threads = new List<Thread>();
        for (int i = 0; i < 4; i++)
            threads.Add(Start(() =>
            {
                for (int k = 0; k < 500; k++)
                {
                    shared.WaitOne();
                    sum++;
                    shared.ReleaseMutex();
                }
            }));
        threads.ForEach(t => t.Join());
        Show("sum", sum);
    }

    static void Semaphores()
    {
        var semaphore = new Semaphore(1, 3);
        Show("free", semaphore.WaitOne(0) + " " + semaphore.WaitOne(0));
        Show("released", semaphore.Release(2) + " " + semaphore.Release());
        Refused("full", () => semaphore.Release());
        Show("three", semaphore.WaitOne(0) + " " + semaphore.WaitOne(0) + " " + semaphore.WaitOne(0));
        Show("none", semaphore.WaitOne(0));
        var slim = new SemaphoreSlim(0);
        var waiter = Start(() => slim.Wait());
        slim.Release();
        waiter.Join();
        Show("slim", slim.CurrentCount);
        int inside = 0, most = 0;
        var three = new Semaphore(3, 3);
        var threads = new List<Thread>();
        for (int i = 0; i < 8; i++)
            threads.Add(Start(() =>
            {
                three.WaitOne();
                int now = Interlocked.Increment(ref inside);
                lock (three)
                    most = Math.Max(most, now);
                Thread.Sleep(2);
                Interlocked.Decrement(ref inside);
                three.Release();
            }));
        threads.ForEach(t => t.Join());
        Show("at most three", most <= 3);
    }

    static void Several()
    {
        var a = new AutoResetEvent(false);
        var b = new ManualResetEvent(false);
        var both = new WaitHandle[] {a, b};
        Show("none", WaitHandle.WaitAny(both, 5) == WaitHandle.WaitTimeout);
        b.Set();
        Show("any", WaitHandle.WaitAny(both));
        Show("all", WaitHandle.WaitAll(both, 5));
        a.Set();
        Show("all", WaitHandle.WaitAll(both, 5) + " " + a.WaitOne(0));
        var late = Start(() =>
        {
            Thread.Sleep(5);
            a.Set();
        });
        Show("all in time", WaitHandle.WaitAll(both, 5000));
        late.Join();
        Show("signal and wait", WaitHandle.SignalAndWait(a, b, 100, false) + " " + a.WaitOne(0));
        Refused("null", () => WaitHandle.WaitAny(null));
        Refused("too many", () => WaitHandle.WaitAny(new WaitHandle[65]));
        Mutex one = new Mutex(false, "claret-test-twice"), same = new Mutex(false, "claret-test-twice");
        Refused("all of the same", () => WaitHandle.WaitAll(new WaitHandle[] { one, same }, 0));
        Show("any of the same", WaitHandle.WaitAny(new WaitHandle[] { one, same }, 0));
        one.ReleaseMutex();
        var rw = new ReaderWriterLockSlim();
        rw.EnterReadLock();
        bool written = true;
        Start(() => written = rw.TryEnterWriteLock(5)).Join();
        rw.ExitReadLock();
        Show("written beside a reader", written);
        var barrier = new Barrier(3, _ => Console.WriteLine("phase"));
        var threads = new List<Thread>();
        for (int i = 0; i < 3; i++)
            threads.Add(Start(() => { barrier.SignalAndWait(); barrier.SignalAndWait(); }));
        threads.ForEach(t => t.Join());
        var countdown = new CountdownEvent(2);
        Start(() => countdown.Signal());
        Start(() => countdown.Signal());
        Show("counted down", countdown.Wait(5000));
    }

    static void Main()
    {
        Events();
        Mutexes();
        Semaphores();
        Several();
    }
}
