// Counts words. Reads a text from a file, or from standard input, and prints how long it is, which
// words are the most frequent, how long its words and sentences are, and which words start alike.
//
//     wordcount [FILE [TOP]]
//
// A word is a run of letters, with hyphens and apostrophes inside it; case does not matter.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

// The words of a text, one after the other, with what stands between them.
class WordReader
{
    readonly TextReader text;
    readonly StringBuilder word = new StringBuilder();

    public int Lines { get; private set; }
    public int Characters { get; private set; }
    public int Sentences { get; private set; }

    public WordReader(TextReader text)
    {
        this.text = text;
    }

    int Next()
    {
        int c = text.Read();
        if (c < 0)
            return c;
        Characters++;
        if (c == '\n')
            Lines++;
        else if (c == '.' || c == '!' || c == '?')
            Sentences++;
        return c;
    }

    static bool Joins(char c)
    {
        return c == '-' || c == '\'';
    }

    // A hyphen belongs to a word when a letter follows, so that "battle-field" is one word and the
    // dash of "dedicate -- we" is none.
    public IEnumerable<string> Words()
    {
        for (int c = Next(); c >= 0; c = Next())
        {
            if (char.IsLetter((char)c) ||
                word.Length > 0 && Joins((char)c) && char.IsLetter((char)text.Peek()))
            {
                word.Append(char.ToLowerInvariant((char)c));
                continue;
            }
            if (word.Length == 0)
                continue;
            yield return word.ToString();
            word.Clear();
        }
        if (word.Length > 0)
            yield return word.ToString();
    }
}

// How often each key was seen.
class Tally<T>
{
    readonly Dictionary<T, int> counts = new Dictionary<T, int>();

    public int Total { get; private set; }
    public int Distinct => counts.Count;

    public void Add(T key)
    {
        int count;
        counts.TryGetValue(key, out count);
        counts[key] = count + 1;
        Total++;
    }

    public int this[T key]
    {
        get
        {
            int count;
            return counts.TryGetValue(key, out count) ? count : 0;
        }
    }

    // The most frequent first; what is equally frequent, in the order of the keys.
    public List<KeyValuePair<T, int>> Ranking(IComparer<T> order)
    {
        var ranking = new List<KeyValuePair<T, int>>(counts);
        ranking.Sort((a, b) =>
            a.Value != b.Value ? b.Value.CompareTo(a.Value) : order.Compare(a.Key, b.Key));
        return ranking;
    }
}

class Program
{
    const int BarWidth = 40;

    static string Bar(int value, int largest)
    {
        return new string('#', (value * BarWidth + largest - 1) / largest);
    }

    static void PrintMostFrequent(Tally<string> words, int top)
    {
        var ranking = words.Ranking(StringComparer.Ordinal);
        Console.WriteLine("\nThe most frequent words:");
        for (int i = 0; i < Math.Min(top, ranking.Count); i++)
        {
            Console.WriteLine("{0,4}  {1,-12} {2,5:F1} %  {3}", ranking[i].Value, ranking[i].Key,
                              100.0 * ranking[i].Value / words.Total,
                              Bar(ranking[i].Value, ranking[0].Value));
        }
        int once = ranking.FindAll(pair => pair.Value == 1).Count;
        Console.WriteLine("{0} words occur once only.", once);
    }

    static void PrintLengths(Tally<int> lengths, int longest)
    {
        int largest = 0;
        for (int length = 1; length <= longest; length++)
            largest = Math.Max(largest, lengths[length]);
        Console.WriteLine("\nWords by length:");
        for (int length = 1; length <= longest; length++)
            Console.WriteLine("{0,4}  {1,4}  {2}", length, lengths[length],
                              Bar(lengths[length], largest));
    }

    // Words with the same first letters, the largest such family of each letter.
    static void PrintFamilies(IEnumerable<string> words, int prefixLength)
    {
        var families = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (string word in words)
        {
            if (word.Length <= prefixLength)
                continue;
            string prefix = word.Substring(0, prefixLength);
            SortedSet<string> family;
            if (!families.TryGetValue(prefix, out family))
                families[prefix] = family = new SortedSet<string>(StringComparer.Ordinal);
            family.Add(word);
        }
        Console.WriteLine("\nWords that start alike:");
        foreach (var entry in families)
        {
            if (entry.Value.Count > 2)
                Console.WriteLine("  {0}-: {1}", entry.Key, string.Join(", ", entry.Value));
        }
    }

    static int Main(string[] args)
    {
        int top = 12;
        if (args.Length > 2 || args.Length == 2 && !int.TryParse(args[1], out top))
        {
            Console.Error.WriteLine("usage: wordcount [FILE [TOP]]");
            return 2;
        }
        var words = new Tally<string>();
        var lengths = new Tally<int>();
        var all = new List<string>();
        string longest = "";
        try
        {
            using (TextReader text = args.Length > 0 ? new StreamReader(args[0]) : Console.In)
            {
                var reader = new WordReader(text);
                foreach (string word in reader.Words())
                {
                    words.Add(word);
                    lengths.Add(word.Length);
                    all.Add(word);
                    if (word.Length > longest.Length)
                        longest = word;
                }
                Console.WriteLine("{0} lines, {1} words, {2} characters, {3} sentences",
                                  reader.Lines, words.Total, reader.Characters, reader.Sentences);
                Console.WriteLine("{0} different words, the longest is \"{1}\"", words.Distinct,
                                  longest);
                if (reader.Sentences > 0)
                    Console.WriteLine("{0:F2} words in a sentence",
                                      (double)words.Total / reader.Sentences);
            }
        }
        catch (IOException e)
        {
            Console.Error.WriteLine("wordcount: " + e.Message);
            return 1;
        }
        if (words.Total > 0)
        {
            PrintMostFrequent(words, top);
            PrintLengths(lengths, longest.Length);
            PrintFamilies(all, 3);
        }
        return 0;
    }
}
