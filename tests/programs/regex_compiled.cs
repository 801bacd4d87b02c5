using System;
using System.Text.RegularExpressions;

static class Program {
    static void Main() {
        var words = new Regex(@"(?<first>\b\w)(\w*)@(\w+)\.(com|org)", RegexOptions.Compiled | RegexOptions.IgnoreCase);
        foreach (Match m in words.Matches("mail Bob@Example.com or alice@site.org, not x@y.net")) Console.WriteLine(m.Value + " " + m.Groups["first"].Value + " " + m.Groups[3].Value + m.Index);
        Console.WriteLine(new Regex(@"\d+", RegexOptions.Compiled).Replace("a1b22c333", m => "<" + m.Value.Length + ">"));
        Console.WriteLine(string.Join("|", new Regex(@"\s*[,;]\s*", RegexOptions.Compiled).Split("a , b;c ;d")));
        Console.WriteLine(new Regex(@"^(a|b)*?c(?=d)(?!de)", RegexOptions.Compiled).Match("ababcdx").Value);
        Console.WriteLine(new Regex(@"(\w)\1", RegexOptions.Compiled).Match("hello").Value);
        Console.WriteLine(new Regex(@"(?<=\$)\d+", RegexOptions.Compiled | RegexOptions.RightToLeft).Match("cost $15 and $27").Value);
    }
}
