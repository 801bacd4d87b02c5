// Loops that get hot while they run, inside others: the outer loops go on with the variables as they are.
using System;

class LoopEntries {
    static int noted;

    static int Call(int value) { return value % 7; }
    static void Note(int value) { noted += value; }

    // The outer loop has a short way round, past the inner one.
    static long Skips(int from, int to) {
        long sum = 0;
        object text = "text";
        for (int i = from; i < to; i++) {
            if (i >= 300 && i < 320)
                continue;
            for (int j = 0; j < 4; j++)
                sum += Call(i + j);
            text = text.ToString();
            sum = sum * 3 + i;
            Note(i);
        }
        return sum + ((string)text).Length;
    }

    static double SkipsFloats(int[] numbers, double step) {
        double at = 0, sum = 0;
        for (; at < 2000; at += step) {
            if (at > 1200 && at < 1300)
                continue;
            foreach (int number in numbers)
                sum += number * Call((int)at);
            Note((int)sum);
        }
        return sum + at;
    }

    // Goes round from two places.
    static int Repeats(int limit) {
        int i = 0, sum = 0;
    again:
        i++;
        if (i % 50 == 0)
            goto again;
        for (int j = 0; j < 5; j++)
            sum = sum * 5 + Call(j + i);
        sum ^= i;
        if (i < limit)
            goto again;
        return sum + i;
    }

    static int RepeatsEndlessly(string text, int limit) {
        int i = 0, sum = 0;
        while (true) {
            i++;
            if (i % 3 == 0)
                continue;
            for (int j = 0; j < text.Length; j++)
                sum = sum * 31 + text[j] + Call(i);
            if (i > limit)
                break;
            if (i % 5 == 0)
                continue;
            sum += i;
        }
        return sum - i;
    }

    // Three deep, with short ways round both outer loops.
    static uint Nested(uint limit) {
        uint hash = 17;
        string last = "";
        for (uint a = 0; a < limit; a++) {
            if (a == 30 || a == 31)
                continue;
            for (uint b = 0; b < 12; b++) {
                if (b == 7)
                    continue;
                for (uint c = 0; c < 6; c++)
                    hash = hash * 16777619 ^ (a << 8 | b << 4 | c) + (uint)Call((int)c);
                last = b == 3 ? "three" : last;
                hash += (uint)last.Length;
                Note(1);
            }
            hash ^= a;
            Note((int)a);
        }
        return hash;
    }

    // Left in the middle, round and past the end.
    static int Leaves(int limit) {
        int found = 0, i = 0;
        for (; i < limit; i++) {
            if (i % 100 == 99)
                goto next;
            for (int j = 0; j < 6; j++) {
                if (Call(i) == j)
                    goto next;
                found += j;
            }
            found -= i;
            Note(found);
        next:
            found += 3;
            if (found == int.MinValue)
                break;
        }
        return found * 1000 + i;
    }

    static void Main() {
        Console.WriteLine(Skips(1, 900));
        Console.WriteLine(SkipsFloats(new[] { 1, 2, 3 }, 0.5));
        Console.WriteLine(Repeats(1500));
        Console.WriteLine(RepeatsEndlessly("abcd", 1500));
        Console.WriteLine(Nested(100));
        Console.WriteLine(Leaves(1000));
        Console.WriteLine(noted);
    }
}
