// Prime numbers in four ways: the sieve of Eratosthenes over bits, in segments that fit into the cache,
// as an endless iterator that sieves as it goes, and the Miller-Rabin test for single numbers. Each way
// checks the others, and the counts are known.
//
//     sieve [LIMIT]
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

static class Eratosthenes
{
    // A bit per odd number: bit i stands for 2 * i + 1.
    public static BitArray Composites(int limit)
    {
        var composite = new BitArray(limit / 2 + 1);
        composite[0] = true;
        for (int i = 1; (2 * i + 1) * (2 * i + 1) <= limit; i++)
        {
            if (composite[i])
                continue;
            int prime = 2 * i + 1;
            for (int j = prime * prime / 2; j < composite.Length; j += prime)
                composite[j] = true;
        }
        return composite;
    }

    public static IEnumerable<int> Primes(int limit)
    {
        if (limit >= 2)
            yield return 2;
        BitArray composite = Composites(limit);
        for (int number = 3; number <= limit; number += 2)
        {
            if (!composite[number / 2])
                yield return number;
        }
    }
}

static class Segmented
{
    const int SegmentSize = 1 << 15;

    // Calls found with each prime up to limit, in order.
    public static void Each(long limit, Action<long> found)
    {
        int[] small = Eratosthenes.Primes((int)Math.Sqrt(limit) + 1).ToArray();
        var next = new long[small.Length]; // the multiple of each to strike out next
        for (int i = 0; i < small.Length; i++)
            next[i] = (long)small[i] * small[i];
        var composite = new bool[SegmentSize];
        for (long start = 0; start <= limit; start += SegmentSize)
        {
            long end = Math.Min(start + SegmentSize - 1, limit);
            Array.Clear(composite, 0, SegmentSize);
            for (int i = 0; i < small.Length && next[i] <= end; i++)
            {
                long multiple = next[i];
                for (; multiple <= end; multiple += small[i])
                    composite[multiple - start] = true;
                next[i] = multiple;
            }
            for (long number = Math.Max(start, 2); number <= end; number++)
            {
                if (!composite[number - start])
                    found(number);
            }
        }
    }
}

static class Endless
{
    // For each composite number to come, the primes found so far that divide it.
    public static IEnumerable<int> Primes()
    {
        var divisors = new Dictionary<int, List<int>>();
        for (int number = 2;; number++)
        {
            List<int> primes;
            if (!divisors.TryGetValue(number, out primes))
            {
                yield return number;
                if (number < 46341)
                    divisors[number * number] = new List<int> {number};
                continue;
            }
            divisors.Remove(number);
            foreach (int prime in primes)
            {
                List<int> others;
                if (!divisors.TryGetValue(number + prime, out others))
                    divisors[number + prime] = others = new List<int>();
                others.Add(prime);
            }
        }
    }
}

static class MillerRabin
{
    // These witnesses decide for all numbers below 3,317,044,064,679,887,385,961,981.
    static readonly ulong[] Witnesses = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41};

    static ulong Multiply(ulong a, ulong b, ulong modulus)
    {
        if (modulus <= uint.MaxValue)
            return a * b % modulus;
        ulong product = 0;
        for (; b != 0; b >>= 1)
        {
            if ((b & 1) != 0)
                product = product >= modulus - a ? product - (modulus - a) : product + a;
            a = a >= modulus - a ? a - (modulus - a) : a + a;
        }
        return product;
    }

    static ulong Power(ulong value, ulong exponent, ulong modulus)
    {
        ulong result = 1;
        for (value %= modulus; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result = Multiply(result, value, modulus);
            value = Multiply(value, value, modulus);
        }
        return result;
    }

    static bool Passes(ulong number, ulong witness)
    {
        ulong odd = number - 1;
        int twos = 0;
        for (; (odd & 1) == 0; odd >>= 1)
            twos++;
        ulong power = Power(witness, odd, number);
        if (power == 1)
            return true;
        for (int i = 0; i < twos; i++)
        {
            if (power == number - 1)
                return true;
            power = Multiply(power, power, number);
        }
        return false;
    }

    public static bool IsPrime(ulong number)
    {
        if (number < 2)
            return false;
        foreach (ulong prime in Witnesses)
        {
            if (number % prime == 0)
                return number == prime;
        }
        return Witnesses.All(witness => Passes(number, witness));
    }
}

class Program
{
    // Gaps between neighbours, twins, and the largest prime.
    static void Describe(int limit)
    {
        int count = 0, twins = 0, widest = 0, before = 0, widestAt = 0;
        foreach (int prime in Eratosthenes.Primes(limit))
        {
            int gap = prime - before;
            if (count > 0 && gap == 2)
                twins++;
            if (count > 0 && gap > widest)
            {
                widest = gap;
                widestAt = before;
            }
            before = prime;
            count++;
        }
        Console.WriteLine("Up to {0:N0}: {1:N0} primes, the last {2:N0}; {3:N0} pairs of twins; " +
                          "the widest gap is {4} after {5:N0}", limit, count, before, twins, widest,
                          widestAt);
    }

    static bool Agree(int limit)
    {
        List<int> primes = Eratosthenes.Primes(limit).ToList();
        var segmented = new List<long>();
        Segmented.Each(limit, segmented.Add);
        bool same = segmented.Select(prime => (int)prime).SequenceEqual(primes);
        bool endless = Endless.Primes().TakeWhile(prime => prime <= limit).SequenceEqual(primes);
        bool tested = Enumerable.Range(0, limit + 1).Where(n => MillerRabin.IsPrime((ulong)n))
            .SequenceEqual(primes);
        Console.WriteLine("In segments: {0}, endless: {1}, tested: {2}", same, endless, tested);
        return same && endless && tested;
    }

    static int Main(string[] args)
    {
        int limit = 1000000;
        if (args.Length > 1 || args.Length == 1 && !int.TryParse(args[0], out limit))
        {
            Console.Error.WriteLine("usage: sieve [LIMIT]");
            return 2;
        }
        Console.WriteLine(string.Join(" ", Endless.Primes().Take(25)));
        for (int i = 100; i <= limit && i > 0; i *= 100)
            Describe(i);
        bool agree = Agree(Math.Min(limit, 20000));
        foreach (ulong number in new ulong[] {561, 3215031751, 4294967291, 67280421310721,
                                              18446744073709551557, 18446744073709551615})
            Console.WriteLine("{0,20} is {1}", number, MillerRabin.IsPrime(number) ? "prime" : "composite");
        long sum = 0;
        Segmented.Each(limit, prime => sum += prime);
        Console.WriteLine("The primes up to {0:N0} add up to {1:N0}.", limit, sum);
        return agree ? 0 : 1;
    }
}
