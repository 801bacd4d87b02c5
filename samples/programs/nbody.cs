// The sun and its four giant planets, moved by their gravity in small steps. The energy of the whole
// says how good the steps are: the simplest method (Euler's) gains it without end, the leapfrog keeps
// it, and with Yoshida's coefficients it keeps it to many more digits.
//
//     nbody [STEPS]
//
// Lengths are in astronomical units, times in years, masses in solar masses. Positions and speeds are
// those of 1 January 2000, rounded.
using System;
using System.Collections.Generic;
using System.Linq;

struct Vector
{
    public readonly double X, Y, Z;

    public Vector(double x, double y, double z)
    {
        X = x;
        Y = y;
        Z = z;
    }

    public static Vector operator +(Vector a, Vector b) => new Vector(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
    public static Vector operator -(Vector a, Vector b) => new Vector(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
    public static Vector operator *(Vector a, double b) => new Vector(a.X * b, a.Y * b, a.Z * b);
    public static double operator *(Vector a, Vector b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
    public double Length => Math.Sqrt(this * this);
    public override string ToString() => string.Format("({0,8:F3}, {1,8:F3}, {2,7:F3})", X, Y, Z);
}

class Body
{
    public readonly string Name;
    public readonly double Mass;
    public Vector Position, Velocity, Acceleration;

    public Body(string name, double mass, Vector position, Vector velocity)
    {
        Name = name;
        Mass = mass;
        Position = position;
        Velocity = velocity;
    }
}

class Universe
{
    const double Gravity = 4 * Math.PI * Math.PI;

    public readonly List<Body> Bodies;

    public Universe()
    {
        Bodies = new List<Body> {
            new Body("Sun", 1, new Vector(0, 0, 0), new Vector(0, 0, 0)),
            new Body("Jupiter", 9.5479e-4, new Vector(4.0012, 2.9385, -0.1018),
                     new Vector(-1.6669, 2.3531, 0.0275)),
            new Body("Saturn", 2.8589e-4, new Vector(6.4064, 6.5700, -0.3691),
                     new Vector(-1.5683, 1.4176, 0.0378)),
            new Body("Uranus", 4.3662e-5, new Vector(14.4319, -13.7345, -0.2381),
                     new Vector(0.9786, 0.9764, -0.0090)),
            new Body("Neptune", 5.1514e-5, new Vector(16.8121, -24.9932, 0.1272),
                     new Vector(0.9436, 0.6493, -0.0352)),
        };
        // The whole stands still.
        Vector momentum = Momentum;
        Bodies[0].Velocity = Bodies[0].Velocity - momentum * (1 / Bodies[0].Mass);
    }

    public Vector Momentum => Bodies.Aggregate(
        new Vector(), (sum, body) => sum + body.Velocity * body.Mass);

    public double Energy
    {
        get
        {
            double energy = 0;
            for (int i = 0; i < Bodies.Count; i++)
            {
                Body a = Bodies[i];
                energy += a.Mass * (a.Velocity * a.Velocity) / 2;
                for (int j = i + 1; j < Bodies.Count; j++)
                    energy -= Gravity * a.Mass * Bodies[j].Mass /
                              (a.Position - Bodies[j].Position).Length;
            }
            return energy;
        }
    }

    void Accelerate()
    {
        foreach (Body body in Bodies)
            body.Acceleration = new Vector();
        for (int i = 0; i < Bodies.Count; i++)
        {
            Body a = Bodies[i];
            for (int j = i + 1; j < Bodies.Count; j++)
            {
                Body b = Bodies[j];
                Vector distance = b.Position - a.Position;
                double square = distance * distance;
                Vector pull = distance * (Gravity / (square * Math.Sqrt(square)));
                a.Acceleration += pull * b.Mass;
                b.Acceleration -= pull * a.Mass;
            }
        }
    }

    void Kick(double time)
    {
        Accelerate();
        foreach (Body body in Bodies)
            body.Velocity += body.Acceleration * time;
    }

    void Drift(double time)
    {
        foreach (Body body in Bodies)
            body.Position += body.Velocity * time;
    }

    public void Euler(double time)
    {
        Accelerate();
        Drift(time);
        foreach (Body body in Bodies)
            body.Velocity += body.Acceleration * time;
    }

    public void Leapfrog(double time)
    {
        Drift(time / 2);
        Kick(time);
        Drift(time / 2);
    }

    static readonly double Outer = 1 / (2 - Math.Pow(2, 1.0 / 3)), Inner = 1 - 2 * Outer;

    // Three leaps, the middle one backwards, whose errors cancel.
    public void Yoshida(double time)
    {
        Leapfrog(time * Outer);
        Leapfrog(time * Inner);
        Leapfrog(time * Outer);
    }
}

class Program
{
    const double Step = 0.05;

    static void Simulate(string method, Action<Universe, double> step, int steps)
    {
        var universe = new Universe();
        double start = universe.Energy, worst = 0;
        for (int i = 1; i <= steps; i++)
        {
            step(universe, Step);
            if (i % 100 == 0)
                worst = Math.Max(worst, Math.Abs(universe.Energy / start - 1));
        }
        Console.WriteLine("{0,-9} energy {1:F9} -> {2:F9}, worst error {3:E1}, momentum {4}", method, start,
                          universe.Energy, worst, universe.Momentum.Length < 1e-12 ? "kept" : "lost");
    }

    // The time from one crossing of the plane y = 0, upwards, to the next, on average.
    static void Periods(int steps)
    {
        var universe = new Universe();
        int count = universe.Bodies.Count;
        double[] first = new double[count], last = new double[count];
        int[] crossings = new int[count];
        for (int i = 1; i <= steps; i++)
        {
            double[] before = universe.Bodies.Select(body => body.Position.Y).ToArray();
            universe.Leapfrog(Step);
            for (int j = 1; j < count; j++)
            {
                double after = universe.Bodies[j].Position.Y;
                if (before[j] >= 0 || after < 0)
                    continue;
                last[j] = Step * (i - after / (after - before[j]));
                if (crossings[j]++ == 0)
                    first[j] = last[j];
            }
        }
        for (int j = 1; j < count; j++)
        {
            Body body = universe.Bodies[j];
            string period = crossings[j] < 2 ? "longer" :
                ((last[j] - first[j]) / (crossings[j] - 1)).ToString("F2") + " years";
            Console.WriteLine("{0,-9} at {1}, goes round in {2}", body.Name, body.Position, period);
        }
    }

    static int Main(string[] args)
    {
        int steps = 8000;
        if (args.Length > 1 || args.Length == 1 && !int.TryParse(args[0], out steps))
        {
            Console.Error.WriteLine("usage: nbody [STEPS]");
            return 2;
        }
        Console.WriteLine("{0} steps of {1} years:", steps, Step);
        Simulate("Euler", (universe, time) => universe.Euler(time), steps);
        Simulate("leapfrog", (universe, time) => universe.Leapfrog(time), steps);
        Simulate("Yoshida", (universe, time) => universe.Yoshida(time), steps);
        Periods(steps);
        return 0;
    }
}
