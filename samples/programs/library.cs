// LINQ over objects: a small library of books, authors and loans, and the questions one asks of it.
// Filters, joins, groups, orders by several keys, set operations, aggregates, and operators of our own
// that are as lazy as the built-in ones.
using System;
using System.Collections.Generic;
using System.Linq;

class Author
{
    public int Id;
    public string Name;
    public int Born;
}

class Book
{
    public int Id, AuthorId, Year, Pages;
    public string Title;
    public string[] Subjects;
}

class Loan
{
    public int BookId;
    public string Reader;
    public DateTime From;
    public DateTime? Returned;
}

static class Library
{
    public static readonly Author[] Authors = {
        new Author {Id = 1, Name = "Mary Shelley", Born = 1797},
        new Author {Id = 2, Name = "Jules Verne", Born = 1828},
        new Author {Id = 3, Name = "H. G. Wells", Born = 1866},
        new Author {Id = 4, Name = "Ada Lovelace", Born = 1815},
        new Author {Id = 5, Name = "Charles Darwin", Born = 1809},
    };

    public static readonly Book[] Books = {
        NewBook(1, 1, "Frankenstein", 1818, 280, "fiction", "science"),
        NewBook(2, 1, "The Last Man", 1826, 479, "fiction"),
        NewBook(3, 2, "Journey to the Centre of the Earth", 1864, 183, "fiction", "travel", "science"),
        NewBook(4, 2, "Around the World in Eighty Days", 1872, 167, "fiction", "travel"),
        NewBook(5, 3, "The Time Machine", 1895, 84, "fiction", "science"),
        NewBook(6, 3, "The War of the Worlds", 1898, 287, "fiction", "war"),
        NewBook(7, 3, "The Outline of History", 1919, 648, "history", "war"),
        NewBook(8, 5, "The Voyage of the Beagle", 1839, 615, "science", "travel"),
        NewBook(9, 5, "On the Origin of Species", 1859, 502, "science"),
    };

    public static readonly Loan[] Loans = {
        NewLoan(3, "Ann", "2021-01-04", "2021-01-18"), NewLoan(5, "Ben", "2021-01-07", "2021-01-09"),
        NewLoan(9, "Ann", "2021-01-20", "2021-03-01"), NewLoan(5, "Cid", "2021-02-01", "2021-02-05"),
        NewLoan(1, "Dot", "2021-02-02", null),         NewLoan(6, "Ben", "2021-02-10", "2021-02-28"),
        NewLoan(8, "Cid", "2021-02-11", null),         NewLoan(3, "Dot", "2021-03-03", "2021-03-10"),
        NewLoan(5, "Ann", "2021-03-05", "2021-03-06"), NewLoan(4, "Ben", "2021-03-09", null),
    };

    static Book NewBook(int id, int author, string title, int year, int pages, params string[] subjects)
    {
        return new Book {Id = id, AuthorId = author, Title = title, Year = year, Pages = pages,
                         Subjects = subjects};
    }

    static Loan NewLoan(int book, string reader, string from, string returned)
    {
        return new Loan {BookId = book, Reader = reader, From = DateTime.Parse(from),
                         Returned = returned == null ? (DateTime?)null : DateTime.Parse(returned)};
    }
}

// Operators of our own.
static class Sequences
{
    // Each element with the one before it.
    public static IEnumerable<TResult> Pairwise<T, TResult>(this IEnumerable<T> source,
                                                            Func<T, T, TResult> combine)
    {
        using (IEnumerator<T> items = source.GetEnumerator())
        {
            if (!items.MoveNext())
                yield break;
            for (T previous = items.Current; items.MoveNext(); previous = items.Current)
                yield return combine(previous, items.Current);
        }
    }

    public static T MaxBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key)
        where TKey : IComparable<TKey>
    {
        return source.Aggregate((best, item) => key(item).CompareTo(key(best)) > 0 ? item : best);
    }
}

class Program
{
    static readonly DateTime Today = new DateTime(2021, 3, 15);

    static void Print<T>(string question, IEnumerable<T> answers)
    {
        Console.WriteLine(question);
        foreach (T answer in answers)
            Console.WriteLine("  " + answer);
    }

    static void AboutBooks()
    {
        Print("Long books, the longest first:",
              from book in Library.Books
              where book.Pages > 400
              orderby book.Pages descending
              select $"{book.Pages} {book.Title}");

        Print("Books by author, oldest author first:",
              from author in Library.Authors
              join book in Library.Books on author.Id equals book.AuthorId into books
              orderby author.Born
              select $"{author.Name}: {books.Count()}" +
                     (books.Any() ? $", aged {books.Min(book => book.Year) - author.Born} at the first" : ""));

        Print("Subjects:",
              Library.Books.SelectMany(book => book.Subjects, (book, subject) => new {book, subject})
                  .GroupBy(pair => pair.subject, pair => pair.book)
                  .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
                  .Select(group => new {group.Key, Books = group.Count(),
                                        Average = group.Average(book => book.Pages)}));

        Print("Decades:",
              from book in Library.Books
              group book by book.Year / 10 * 10 into decade
              where decade.Count() > 1
              orderby decade.Key
              select decade.Key + "s: " + string.Join("; ", decade.Select(book => book.Title)));

        Print("Years between books:",
              Library.Books.OrderBy(book => book.Year)
                  .Pairwise((a, b) => new {a, b, Gap = b.Year - a.Year})
                  .Where(pair => pair.Gap >= 12)
                  .Select(pair => $"{pair.Gap} from {pair.a.Title} to {pair.b.Title}"));
    }

    static void AboutLoans()
    {
        var history = (from loan in Library.Loans
                       join book in Library.Books on loan.BookId equals book.Id
                       let days = ((loan.Returned ?? Today) - loan.From).Days
                       select new {loan.Reader, book, days, Open = !loan.Returned.HasValue}).ToList();

        Print("Readers:",
              history.GroupBy(entry => entry.Reader)
                  .OrderBy(group => group.Key)
                  .Select(group => string.Format("{0} had {1} books for {2} days in all, and has {3}",
                      group.Key, group.Count(), group.Sum(entry => entry.days),
                      group.Where(entry => entry.Open).Select(entry => entry.book.Title)
                          .DefaultIfEmpty("nothing").First())));

        var popular = history.GroupBy(entry => entry.book.Title).MaxBy(group => group.Count());
        Console.WriteLine("Most popular: {0}, {1} times", popular.Key, popular.Count());

        ILookup<bool, string> quick = history.ToLookup(
            entry => entry.days * 40 > entry.book.Pages, entry => entry.Reader + "/" + entry.book.Id);
        Print("Read in time to know it:", quick[true].OrderBy(text => text, StringComparer.Ordinal));
        Print("Hardly:", quick[false].OrderBy(text => text, StringComparer.Ordinal));

        IEnumerable<int> lent = Library.Loans.Select(loan => loan.BookId).Distinct();
        Print("Never lent:",
              Library.Books.Select(book => book.Id).Except(lent)
                  .Join(Library.Books, id => id, book => book.Id, (id, book) => book.Title));
        Print("Both Ann and Dot had:",
              Library.Loans.Where(loan => loan.Reader == "Ann").Select(loan => loan.BookId)
                  .Intersect(Library.Loans.Where(loan => loan.Reader == "Dot")
                                 .Select(loan => loan.BookId))
                  .Select(id => Library.Books.Single(book => book.Id == id).Title));
    }

    // Nothing is computed before it is asked for, and no more than is asked for.
    static void Laziness()
    {
        int looked = 0;
        IEnumerable<Book> query = Library.Books.Where(book =>
        {
            looked++;
            return book.Year > 1860;
        });
        Console.WriteLine("Looked at {0} books before the question,", looked);
        Console.WriteLine("{0} is the first after 1860,", query.First().Title);
        Console.WriteLine("found after looking at {0};", looked);
        looked = 0;
        Console.WriteLine("{0} in all, after looking at {1}.", query.Count(), looked);
        int[] squares = Enumerable.Range(1, 10).Select(n => n * n).ToArray();
        Console.WriteLine("{0}; {1}; {2}", string.Join(" ", squares.Skip(2).TakeWhile(n => n < 50)),
                          squares.Zip(squares.Skip(1), (a, b) => b - a).Sum(),
                          string.Concat(squares.Reverse().Take(3).Cast<object>()));
    }

    static void Main()
    {
        AboutBooks();
        AboutLoans();
        Laziness();
    }
}
