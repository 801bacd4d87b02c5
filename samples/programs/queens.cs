// The n queens problem: n queens on a board of n by n, none attacking another. Counts all solutions in
// three ways that must agree (columns and diagonals as bits, arrays of flags, an iterator that yields
// every board) and counts the boards that differ by more than turning and mirroring.
//
//     queens [N]               counts up to N; 9 when not given
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

static class Bits
{
    // A bit is set where a queen already attacks a square of this row; the diagonals move by one from
    // row to row.
    static int Place(int all, int columns, int falling, int rising)
    {
        if (columns == all)
            return 1;
        int count = 0;
        for (int free = all & ~(columns | falling | rising); free != 0; free &= free - 1)
        {
            int queen = free & -free;
            count += Place(all, columns | queen, (falling | queen) << 1, (rising | queen) >> 1);
        }
        return count;
    }

    public static int Count(int size) => Place((1 << size) - 1, 0, 0, 0);
}

class Flags
{
    readonly int size;
    readonly bool[] columns, falling, rising;

    Flags(int size)
    {
        this.size = size;
        columns = new bool[size];
        falling = new bool[2 * size];
        rising = new bool[2 * size];
    }

    int Place(int row)
    {
        if (row == size)
            return 1;
        int count = 0;
        for (int column = 0; column < size; column++)
        {
            int down = size + column - row, up = column + row;
            if (columns[column] || falling[down] || rising[up])
                continue;
            columns[column] = falling[down] = rising[up] = true;
            count += Place(row + 1);
            columns[column] = falling[down] = rising[up] = false;
        }
        return count;
    }

    public static int Count(int size) => new Flags(size).Place(0);
}

// A solution: the queen's column in each row. Immutable; equal boards are equal objects.
sealed class Board : IEquatable<Board>, IComparable<Board>
{
    readonly int[] columns;

    Board(IEnumerable<int> columns)
    {
        this.columns = columns.ToArray();
    }

    int Size => columns.Length;

    static bool Attacked(List<int> placed, int column)
    {
        for (int row = 0; row < placed.Count; row++)
        {
            if (placed[row] == column || Math.Abs(placed[row] - column) == placed.Count - row)
                return true;
        }
        return false;
    }

    static IEnumerable<Board> Extend(List<int> placed, int size)
    {
        if (placed.Count == size)
        {
            yield return new Board(placed);
            yield break;
        }
        for (int column = 0; column < size; column++)
        {
            if (Attacked(placed, column))
                continue;
            placed.Add(column);
            foreach (Board board in Extend(placed, size))
                yield return board;
            placed.RemoveAt(placed.Count - 1);
        }
    }

    public static IEnumerable<Board> All(int size) => Extend(new List<int>(), size);

    Board Mirrored() => new Board(columns.Select(column => Size - 1 - column));

    Board Turned()
    {
        var turned = new int[Size];
        for (int row = 0; row < Size; row++)
            turned[columns[row]] = Size - 1 - row;
        return new Board(turned);
    }

    IEnumerable<Board> Symmetric()
    {
        Board board = this;
        for (int i = 0; i < 4; i++)
        {
            yield return board;
            yield return board.Mirrored();
            board = board.Turned();
        }
    }

    // The first, in order, of the boards that are the same but for turning and mirroring.
    public Board Canonical() => Symmetric().Min();

    public int CompareTo(Board other)
    {
        for (int row = 0; row < Size; row++)
        {
            if (columns[row] != other.columns[row])
                return columns[row].CompareTo(other.columns[row]);
        }
        return 0;
    }

    public bool Equals(Board other) => other != null && columns.SequenceEqual(other.columns);
    public override bool Equals(object other) => Equals(other as Board);
    public override int GetHashCode() => columns.Aggregate(17, (hash, column) => hash * 31 + column);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (int column in columns)
        {
            for (int i = 0; i < Size; i++)
                text.Append(i == column ? " Q" : " .");
            text.Append('\n');
        }
        return text.ToString();
    }
}

class Program
{
    static int Main(string[] args)
    {
        int largest = 9;
        if (args.Length > 1 || args.Length == 1 && !int.TryParse(args[0], out largest) || largest > 16)
        {
            Console.Error.WriteLine("usage: queens [N], N up to 16");
            return 2;
        }
        Console.WriteLine("{0,3} {1,8} {2,8} {3,8} {4,8}", "n", "bits", "flags", "boards", "distinct");
        for (int size = 1; size <= largest; size++)
        {
            int bits = Bits.Count(size), flags = Flags.Count(size);
            List<Board> boards = Board.All(size).ToList();
            int distinct = new HashSet<Board>(boards.Select(board => board.Canonical())).Count;
            Console.WriteLine("{0,3} {1,8} {2,8} {3,8} {4,8}", size, bits, flags, boards.Count, distinct);
            if (bits != flags || flags != boards.Count)
                return 1;
        }
        Console.WriteLine("\nThe first of 8:\n{0}", Board.All(8).First());
        Console.Write("The only one of 6, but for turning and mirroring:\n{0}",
                      Board.All(6).Select(board => board.Canonical()).Distinct().Single());
        return 0;
    }
}
