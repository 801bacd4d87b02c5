// A bank with threads: tellers move money between accounts at the same time, each account guarded by
// its lock, two locks always taken in the same order; auditors look in between and must never see
// money appear or vanish. An account without enough money makes a withdrawal wait until somebody pays
// in (Monitor.Wait and Pulse). What is printed is the same however the threads interleave.
//
//     bank [TRANSFERS]         of each teller; 2000 when not given
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

class InsufficientFundsException : Exception
{
    public InsufficientFundsException(int account) : base("account " + account + " has not enough")
    {
    }
}

sealed class Account
{
    readonly object gate = new object();
    long balance; // guarded by gate

    public int Number { get; }

    public Account(int number, long balance)
    {
        Number = number;
        this.balance = balance;
    }

    public long Balance
    {
        get
        {
            lock (gate)
                return balance;
        }
    }

    public void Deposit(long amount)
    {
        lock (gate)
        {
            balance += amount;
            Monitor.PulseAll(gate);
        }
    }

    // Waits until there is enough; false when there still is not after the time.
    public bool Withdraw(long amount, TimeSpan patience)
    {
        lock (gate)
        {
            DateTime end = DateTime.UtcNow + patience;
            while (balance < amount)
            {
                TimeSpan left = end - DateTime.UtcNow;
                if (left <= TimeSpan.Zero || !Monitor.Wait(gate, left))
                    return false;
            }
            balance -= amount;
            return true;
        }
    }

    // The account with the lower number is locked first, so that two transfers never wait for each
    // other.
    public static void Transfer(Account from, Account to, long amount)
    {
        Account first = from.Number < to.Number ? from : to, second = first == from ? to : from;
        lock (first.gate)
        {
            lock (second.gate)
            {
                if (from.balance < amount)
                    throw new InsufficientFundsException(from.Number);
                from.balance -= amount;
                to.balance += amount;
                Monitor.PulseAll(to.gate);
            }
        }
    }

    // All locks, in order, then the sum.
    public static long Total(IReadOnlyList<Account> accounts, int from = 0)
    {
        if (from == accounts.Count)
            return accounts.Sum(account => account.balance);
        lock (accounts[from].gate)
            return Total(accounts, from + 1);
    }
}

class Bank
{
    const int Tellers = 4, Accounts = 8, Start = 1000;

    readonly List<Account> accounts =
        Enumerable.Range(1, Accounts).Select(number => new Account(number, Start)).ToList();
    readonly CountdownEvent working = new CountdownEvent(Tellers);
    readonly ManualResetEventSlim open = new ManualResetEventSlim();
    int refused, audits, wrong;
    long moved;

    [ThreadStatic]
    static uint random; // of each thread its own

    static int Next(int limit)
    {
        random = random * 1664525 + 1013904223;
        return (int)(random >> 16) % limit;
    }

    void Teller(uint seed, int transfers)
    {
        open.Wait();
        random = seed;
        for (int i = 0; i < transfers; i++)
        {
            int from = Next(Accounts), to = (from + 1 + Next(Accounts - 1)) % Accounts;
            long amount = 1 + Next(300);
            try
            {
                Account.Transfer(accounts[from], accounts[to], amount);
                Interlocked.Add(ref moved, amount);
            }
            catch (InsufficientFundsException)
            {
                Interlocked.Increment(ref refused);
            }
        }
        working.Signal();
    }

    void Auditor()
    {
        open.Wait();
        do
        {
            if (Account.Total(accounts) != Accounts * Start)
                Interlocked.Increment(ref wrong);
            Interlocked.Increment(ref audits);
            Thread.Yield();
        } while (!working.IsSet);
    }

    void Transfers(int transfers)
    {
        var threads = new List<Thread>();
        for (uint i = 1; i <= Tellers; i++)
        {
            uint seed = i * 7919;
            threads.Add(new Thread(() => Teller(seed, transfers)) {Name = "teller " + i});
        }
        for (int i = 1; i <= 2; i++)
            threads.Add(new Thread(Auditor) {Name = "auditor " + i, IsBackground = true});
        threads.ForEach(thread => thread.Start());
        open.Set();
        threads.ForEach(thread => thread.Join());
        Console.WriteLine("{0} threads are done: {1}", threads.Count,
                          string.Join(", ", threads.Select(thread => thread.Name)));
        Console.WriteLine("money {0}, sum {1}, every balance at least 0: {2}",
                          moved > 0 ? "was moved" : "stayed", accounts.Sum(account => account.Balance),
                          accounts.All(account => account.Balance >= 0));
        Console.WriteLine("{0} audits, {1} of them wrong; refused at most {2}: {3}",
                          audits >= 2 ? "several" : "no", wrong, Tellers * transfers,
                          refused <= Tellers * transfers);
    }

    // One thread draws more than there is and waits; others pay in a little each.
    void Waiting()
    {
        var account = new Account(100, 0);
        var log = new List<string>();
        var customer = new Thread(() =>
        {
            bool got = account.Withdraw(50, TimeSpan.FromSeconds(30));
            lock (log)
                log.Add("50 withdrawn: " + got);
        });
        customer.Start();
        Thread[] payers = Enumerable.Range(0, 5).Select(i => new Thread(() => account.Deposit(10))).ToArray();
        foreach (Thread payer in payers)
            payer.Start();
        customer.Join();
        foreach (Thread payer in payers)
            payer.Join();
        log.Add("left: " + account.Balance);
        log.Add("impatient: " + account.Withdraw(1, TimeSpan.FromMilliseconds(20)));
        Console.WriteLine(string.Join(", ", log));
    }

    // A statement of each account, made by the pool's threads and printed in order.
    void Statements()
    {
        var statements = new string[Accounts];
        using (var done = new CountdownEvent(Accounts))
        {
            for (int i = 0; i < Accounts; i++)
            {
                ThreadPool.QueueUserWorkItem(state =>
                {
                    var index = (int)state;
                    statements[index] = "account " + accounts[index].Number +
                                        (Thread.CurrentThread.IsThreadPoolThread ? "" : " (not by the pool)");
                    done.Signal();
                }, i);
            }
            done.Wait();
        }
        Console.WriteLine(string.Join(", ", statements));
    }

    static int Main(string[] args)
    {
        int transfers = 2000;
        if (args.Length > 1 || args.Length == 1 && !int.TryParse(args[0], out transfers))
        {
            Console.Error.WriteLine("usage: bank [TRANSFERS]");
            return 2;
        }
        var bank = new Bank();
        bank.Transfers(transfers);
        bank.Waiting();
        bank.Statements();
        return bank.wrong == 0 ? 0 : 1;
    }
}
