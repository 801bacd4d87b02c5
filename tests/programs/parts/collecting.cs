// Collections that find what is dead, though stacks are scanned conservatively.
using System;
using System.Runtime.CompilerServices;

static class Collecting
{
    // Buries what earlier calls have left on the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Bury(int depth)
    {
        long a = depth, b = a + 1, c = a + 2, d = a + 3;
        return depth == 0 ? 0 : Bury(depth - 1) + (int)(a ^ a) + (int)(b - b) + (int)(c - c) + (int)(d - d);
    }

    // Twice, for what finalizers let go.
    public static void Collect()
    {
        Bury(50);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
