// Reads the log of a web server with regular expressions: named groups take a line apart, others find
// the query's parameters, decode what is escaped, shorten addresses, and pick out the name in a
// browser's description of itself. Prints what was asked for, by whom, when, and what went wrong.
//
//     logreader FILE
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

class Entry
{
    // The common log format with referrer and browser.
    static readonly Regex Line = new Regex(@"
        ^ (?<host> \S+ ) \s \S+ \s (?<user> \S+ ) \s
        \[ (?<time> [^\]]+ ) \] \s
        "" (?<method> [A-Z]+ ) \s (?<path> [^\s?""]+ ) (?: \? (?<query> [^\s""]* ) )? \s HTTP/(?<version> \d\.\d ) "" \s
        (?<status> \d{3} ) \s (?<size> \d+ | - ) \s
        "" (?<referrer> [^""]* ) "" \s "" (?<agent> [^""]* ) "" $",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.Compiled);

    static readonly Regex Parameter = new Regex(@"(?:^|&)(?<name>[^=&]+)(?:=(?<value>[^&]*))?");
    static readonly Regex Escape = new Regex("%([0-9a-f]{2})", RegexOptions.IgnoreCase);
    static readonly Regex Product = new Regex(@"^(?<name>\w+)/(?<major>\d+)(?:\.\d+)*(?:\s+\((?<comment>[^)]*)\))?");

    public string Host, User, Method, Path, Agent;
    public DateTimeOffset Time;
    public int Status;
    public long Size;
    public Dictionary<string, string> Parameters;

    // null when the line is none of the log's.
    public static Entry Parse(string line)
    {
        Match match = Line.Match(line);
        if (!match.Success)
            return null;
        Func<string, string> group = name => match.Groups[name].Value;
        return new Entry {
            Host = group("host"),
            User = group("user") == "-" ? null : group("user"),
            Method = group("method"),
            Path = Unescape(group("path")),
            Agent = ShortAgent(group("agent")),
            Time = DateTimeOffset.ParseExact(group("time"), "dd/MMM/yyyy:HH:mm:ss zzz",
                                             CultureInfo.InvariantCulture),
            Status = int.Parse(group("status")),
            Size = group("size") == "-" ? 0 : long.Parse(group("size")),
            Parameters = Parameter.Matches(group("query")).Cast<Match>()
                .ToDictionary(m => Unescape(m.Groups["name"].Value), m => Unescape(m.Groups["value"].Value)),
        };
    }

    static string Unescape(string text)
    {
        return Escape.Replace(text, match => ((char)Convert.ToInt32(match.Groups[1].Value, 16)).ToString());
    }

    static string ShortAgent(string agent)
    {
        Match match = Product.Match(agent);
        if (!match.Success)
            return agent;
        Group comment = match.Groups["comment"];
        return match.Result("${name} ${major}") +
               (comment.Success ? " on " + Regex.Replace(comment.Value, @"^.*;\s*|^\+https?://|/$", "") : "");
    }

    // The network that the host is in: what remains is not a person's.
    public string Network => Regex.IsMatch(Host, @"^\d+(\.\d+){3}$")
        ? Regex.Replace(Host, @"\.\d+$", ".*")
        : Regex.Replace(Host, @":[^:]*$", ":*");
}

class Program
{
    static void Table<TKey>(string title, IEnumerable<IGrouping<TKey, Entry>> groups)
    {
        Console.WriteLine("\n{0}", title);
        foreach (IGrouping<TKey, Entry> group in groups)
            Console.WriteLine("  {0,-28} {1,3} requests {2,9:N0} bytes", group.Key, group.Count(),
                              group.Sum(entry => entry.Size));
    }

    static void Report(List<Entry> entries, List<string> rejected)
    {
        Console.WriteLine("{0} requests from {1:u} to {2:u}, {3} lines rejected", entries.Count,
                          entries.Min(entry => entry.Time), entries.Max(entry => entry.Time), rejected.Count);
        foreach (string line in rejected)
            Console.WriteLine("  rejected: {0}", Regex.Replace(line, @"^(.{40}).+$", "$1..."));
        Table("Pages:", entries.GroupBy(entry => entry.Path).OrderByDescending(group => group.Count())
                               .ThenBy(group => group.Key, StringComparer.Ordinal));
        Table("Networks:", entries.GroupBy(entry => entry.Network)
                                  .OrderBy(group => group.Key, StringComparer.Ordinal));
        Table("Programs:", entries.GroupBy(entry => entry.Agent)
                                  .OrderBy(group => group.Key, StringComparer.Ordinal));
        Table("Status:", entries.GroupBy(entry => entry.Status / 100 + "xx").OrderBy(group => group.Key));
        Table("Hours (UTC):", entries.GroupBy(entry => entry.Time.UtcDateTime.ToString("ddd HH':00'",
                                                  CultureInfo.InvariantCulture)));

        Console.WriteLine("\nParameters:");
        foreach (var parameter in entries.SelectMany(entry => entry.Parameters)
                                         .GroupBy(pair => pair.Key, pair => pair.Value))
            Console.WriteLine("  {0}: {1}", parameter.Key, string.Join(" ", parameter.Distinct()));

        Console.WriteLine("\nErrors:");
        foreach (Entry entry in entries.Where(entry => entry.Status >= 400))
        {
            Entry again = entries.FirstOrDefault(other => other.Time > entry.Time &&
                other.Host == entry.Host && other.Path == entry.Path && other.Status < 400);
            Console.WriteLine("  {0} {1} {2}{3}{4}", entry.Status, entry.Method, entry.Path,
                entry.User != null ? " for " + entry.User : "",
                again != null ? ", succeeded " + (again.Time - entry.Time).TotalSeconds + " s later" : "");
        }
    }

    static int Main(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine("usage: logreader FILE");
            return 2;
        }
        var entries = new List<Entry>();
        var rejected = new List<string>();
        try
        {
            foreach (string line in File.ReadLines(args[0]))
            {
                Entry entry = Entry.Parse(line);
                if (entry != null)
                    entries.Add(entry);
                else if (!Regex.IsMatch(line, @"^\s*(#|$)"))
                    rejected.Add(line);
            }
        }
        catch (IOException e)
        {
            Console.Error.WriteLine("logreader: " + e.Message);
            return 1;
        }
        if (entries.Count > 0)
            Report(entries, rejected);
        return 0;
    }
}
