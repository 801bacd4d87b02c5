// The managed half of tabulate.c: formulas of one variable.
using System;

public class Formula
{
    readonly string text;
    int at;
    double x;

    public Formula(string text)
    {
        this.text = text;
        Evaluate(0); // so that mistakes are found at once
    }

    public double Evaluate(double x)
    {
        this.x = x;
        at = 0;
        double value = Sum();
        if (at < text.Length)
            throw Unexpected();
        return value;
    }

    FormatException Unexpected()
    {
        return new FormatException(at < text.Length ? "unexpected '" + text[at] + "' at " + at
                                                    : "unexpected end");
    }

    bool Accept(char c)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        if (at == text.Length || text[at] != c)
            return false;
        at++;
        return true;
    }

    double Sum()
    {
        double value = Product();
        while (true)
        {
            if (Accept('+'))
                value += Product();
            else if (Accept('-'))
                value -= Product();
            else
                return value;
        }
    }

    double Product()
    {
        double value = Power();
        while (true)
        {
            if (Accept('*'))
                value *= Power();
            else if (Accept('/'))
                value /= Power();
            else
                return value;
        }
    }

    double Power()
    {
        double value = Primary();
        return Accept('^') ? Math.Pow(value, Power()) : value;
    }

    double Primary()
    {
        if (Accept('-'))
            return -Primary();
        if (Accept('x'))
            return x;
        if (Accept('('))
        {
            double value = Sum();
            if (!Accept(')'))
                throw Unexpected();
            return value;
        }
        int start = at;
        while (at < text.Length && (char.IsDigit(text[at]) || text[at] == '.'))
            at++;
        if (start == at)
            throw Unexpected();
        return double.Parse(text.Substring(start, at - start));
    }
}
