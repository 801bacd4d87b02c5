// Matrices over any field: a generic Matrix<T> that is told how to calculate, used with double, with
// exact fractions of big integers, and with the whole numbers modulo a prime. Multiplication, powers,
// Gauss-Jordan elimination for determinant and inverse. The Hilbert matrix, whose inverse has whole
// numbers only, shows what rounding does to the first and not to the second.
using System;
using System.Numerics;
using System.Text;

interface IField<T>
{
    T Zero { get; }
    T One { get; }
    T Add(T a, T b);
    T Subtract(T a, T b);
    T Multiply(T a, T b);
    T Divide(T a, T b);
    bool IsZero(T a);
}

struct Reals : IField<double>
{
    public double Zero => 0;
    public double One => 1;
    public double Add(double a, double b) => a + b;
    public double Subtract(double a, double b) => a - b;
    public double Multiply(double a, double b) => a * b;
    public double Divide(double a, double b) => a / b;
    public bool IsZero(double a) => Math.Abs(a) < 1e-300;
}

// A reduced fraction with a positive denominator.
struct Fraction : IEquatable<Fraction>
{
    readonly BigInteger numerator, denominator;

    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
            throw new DivideByZeroException();
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0)
            divisor = -divisor;
        this.numerator = numerator / divisor;
        this.denominator = denominator / divisor;
    }

    public static implicit operator Fraction(int value) => new Fraction(value, 1);
    public static explicit operator double(Fraction a) => (double)a.numerator / (double)a.denominator;
    public static Fraction operator +(Fraction a, Fraction b) => new Fraction(
        a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
    public static Fraction operator -(Fraction a) => new Fraction(-a.numerator, a.denominator);
    public static Fraction operator -(Fraction a, Fraction b) => a + -b;
    public static Fraction operator *(Fraction a, Fraction b) =>
        new Fraction(a.numerator * b.numerator, a.denominator * b.denominator);
    public static Fraction operator /(Fraction a, Fraction b) =>
        new Fraction(a.numerator * b.denominator, a.denominator * b.numerator);
    public static bool operator ==(Fraction a, Fraction b) => a.Equals(b);
    public static bool operator !=(Fraction a, Fraction b) => !a.Equals(b);

    public bool Equals(Fraction other) =>
        numerator == other.numerator && denominator == other.denominator;
    public override bool Equals(object other) => other is Fraction && Equals((Fraction)other);
    public override int GetHashCode() => numerator.GetHashCode() ^ denominator.GetHashCode();
    public override string ToString() =>
        denominator.IsOne ? numerator.ToString() : numerator + "/" + denominator;
}

struct Fractions : IField<Fraction>
{
    public Fraction Zero => 0;
    public Fraction One => 1;
    public Fraction Add(Fraction a, Fraction b) => a + b;
    public Fraction Subtract(Fraction a, Fraction b) => a - b;
    public Fraction Multiply(Fraction a, Fraction b) => a * b;
    public Fraction Divide(Fraction a, Fraction b) => a / b;
    public bool IsZero(Fraction a) => a == 0;
}

struct Modulo : IField<uint>
{
    const uint Prime = 1000003;

    public uint Zero => 0;
    public uint One => 1;
    public uint Add(uint a, uint b) => (a + b) % Prime;
    public uint Subtract(uint a, uint b) => (a + Prime - b) % Prime;
    public uint Multiply(uint a, uint b) => (uint)((ulong)a * b % Prime);
    public bool IsZero(uint a) => a == 0;

    // a / b = a * b^(p - 2), by Fermat.
    public uint Divide(uint a, uint b)
    {
        for (uint exponent = Prime - 2; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                a = Multiply(a, b);
            b = Multiply(b, b);
        }
        return a;
    }
}

// TField is a struct without fields, so that its methods are called directly.
sealed class Matrix<T, TField> where TField : struct, IField<T>
{
    static readonly TField Field = default(TField);
    readonly T[,] cells;

    public Matrix(int rows, int columns, Func<int, int, T> cell)
    {
        cells = new T[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                cells[row, column] = cell(row, column);
        }
    }

    public int Rows => cells.GetLength(0);
    public int Columns => cells.GetLength(1);
    public T this[int row, int column] => cells[row, column];

    public static Matrix<T, TField> Identity(int size) => new Matrix<T, TField>(
        size, size, (row, column) => row == column ? Field.One : Field.Zero);

    public static Matrix<T, TField> operator *(Matrix<T, TField> a, Matrix<T, TField> b)
    {
        if (a.Columns != b.Rows)
            throw new ArgumentException(string.Format("a matrix of {0} by {1} times one of {2} by {3}",
                                                      a.Rows, a.Columns, b.Rows, b.Columns));
        return new Matrix<T, TField>(a.Rows, b.Columns, (row, column) =>
        {
            T sum = Field.Zero;
            for (int i = 0; i < a.Columns; i++)
                sum = Field.Add(sum, Field.Multiply(a.cells[row, i], b.cells[i, column]));
            return sum;
        });
    }

    public Matrix<T, TField> Power(int exponent)
    {
        Matrix<T, TField> result = Identity(Rows), square = this;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result = result * square;
            square = square * square;
        }
        return result;
    }

    // Turns a copy of this into the identity by steps that also turn the identity into the inverse;
    // null when the determinant is zero.
    public Matrix<T, TField> Invert(out T determinant)
    {
        var left = (T[,])cells.Clone();
        Matrix<T, TField> right = Identity(Rows);
        determinant = Field.One;
        for (int column = 0; column < Rows; column++)
        {
            int pivot = column;
            while (pivot < Rows && Field.IsZero(left[pivot, column]))
                pivot++;
            if (pivot == Rows)
            {
                determinant = Field.Zero;
                return null;
            }
            if (pivot != column)
            {
                Swap(left, pivot, column);
                Swap(right.cells, pivot, column);
                determinant = Field.Subtract(Field.Zero, determinant);
            }
            T factor = left[column, column];
            determinant = Field.Multiply(determinant, factor);
            for (int i = 0; i < Rows; i++)
            {
                left[column, i] = Field.Divide(left[column, i], factor);
                right.cells[column, i] = Field.Divide(right.cells[column, i], factor);
            }
            for (int row = 0; row < Rows; row++)
            {
                if (row == column)
                    continue;
                factor = left[row, column];
                Reduce(left, row, column, factor);
                Reduce(right.cells, row, column, factor);
            }
        }
        return right;
    }

    static void Swap(T[,] cells, int a, int b)
    {
        for (int i = 0; i < cells.GetLength(1); i++)
        {
            T cell = cells[a, i];
            cells[a, i] = cells[b, i];
            cells[b, i] = cell;
        }
    }

    static void Reduce(T[,] cells, int row, int by, T factor)
    {
        for (int i = 0; i < cells.GetLength(1); i++)
            cells[row, i] = Field.Subtract(cells[row, i], Field.Multiply(factor, cells[by, i]));
    }

    public string ToString(string format)
    {
        var text = new StringBuilder();
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
                text.AppendFormat(format, cells[row, column]);
            text.Append('\n');
        }
        return text.ToString();
    }
}

class Program
{
    static void Hilbert(int size)
    {
        Fraction determinant;
        var matrix = new Matrix<Fraction, Fractions>(
            size, size, (row, column) => new Fraction(1, row + column + 1));
        Matrix<Fraction, Fractions> inverse = matrix.Invert(out determinant);
        Console.WriteLine("The Hilbert matrix of size {0}:\n{1}", size, matrix.ToString("{0,6}"));
        Console.WriteLine("Its determinant is {0}, its inverse:\n{1}", determinant,
                          inverse.ToString("{0,8}"));
        Console.WriteLine("Their product:\n{0}", (matrix * inverse).ToString("{0,3}"));
    }

    // How far the inverse made with doubles is from the exact one.
    static void Rounding(int size)
    {
        Fraction exact;
        double rounded, largest = 0, error = 0;
        Matrix<Fraction, Fractions> inverse = new Matrix<Fraction, Fractions>(
            size, size, (row, column) => new Fraction(1, row + column + 1)).Invert(out exact);
        Matrix<double, Reals> approximate = new Matrix<double, Reals>(
            size, size, (row, column) => 1.0 / (row + column + 1)).Invert(out rounded);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                double cell = (double)inverse[row, column];
                largest = Math.Max(largest, Math.Abs(cell));
                error = Math.Max(error, Math.Abs(cell - approximate[row, column]));
            }
        }
        Console.WriteLine("size {0,2}: determinant {1:E3}, largest element of the inverse {2:E3}, " +
                          "error with doubles {3:E1}", size, rounded, largest, error);
    }

    static void Fibonacci()
    {
        var step = new Matrix<Fraction, Fractions>(2, 2, (row, column) => row + column < 2 ? 1 : 0);
        foreach (int n in new[] {10, 100, 300})
            Console.WriteLine("Fibonacci number {0}: {1}", n, step.Power(n)[0, 1]);
    }

    static void Modular(int size)
    {
        uint random = 1, determinant;
        var matrix = new Matrix<uint, Modulo>(size, size, (row, column) =>
        {
            random = random * 1103515245 + 12345;
            return (random >> 8) % 1000003;
        });
        Matrix<uint, Modulo> product = matrix * matrix.Invert(out determinant);
        uint trace = 0, rest = 0;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                if (row == column)
                    trace += product[row, column];
                else
                    rest += product[row, column];
            }
        }
        Console.WriteLine("{0}x{0} modulo 1000003: determinant {1}, trace of A * A^-1 {2}, rest {3}", size,
                          determinant, trace, rest);
    }

    static void Main()
    {
        Hilbert(4);
        for (int size = 2; size <= 12; size += 2)
            Rounding(size);
        Fibonacci();
        Modular(60);
        Fraction none;
        var singular = new Matrix<Fraction, Fractions>(3, 3, (row, column) => 3 * row + column);
        Console.WriteLine("Singular: {0}, determinant {1}", singular.Invert(out none) == null, none);
        try
        {
            Console.WriteLine(singular * new Matrix<Fraction, Fractions>(2, 1, (row, column) => 1));
        }
        catch (ArgumentException e)
        {
            Console.WriteLine(e.Message);
        }
    }
}
