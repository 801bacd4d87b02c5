// Pointers, stackalloc, fixed, pointer arithmetic, pointers to structures, sizeof.
using System;

unsafe struct Header
{
    public int Size;
    public fixed byte Data[8];
    public short Tail;
}
struct Vec { public float X, Y; }

unsafe class Program
{
    static int Sum(int* p, int n)
    {
        int s = 0;
        for (int* end = p + n; p < end; p++)
            s += *p;
        return s;
    }

    static void Fill(byte* to, int n, byte v)
    {
        for (int i = 0; i < n; i++)
            to[i] = (byte)(v + i);
    }

    static void Swap(int* a, int* b) { int t = *a; *a = *b; *b = t; }

    static int Length(string s)
    {
        fixed (char* p = s)
        {
            char* q = p;
            while (*q != 0)
                q++;
            return (int)(q - p);
        }
    }

    static int Stack(int n)
    {
        int* cells = stackalloc int[n];
        for (int i = 0; i < n; i++)
            cells[i] = i * i;
        return Sum(cells, n);
    }

    static void Main()
    {
        int[] array = { 1, 2, 3, 4, 5 };
        fixed (int* p = array)
        {
            Console.WriteLine(Sum(p, 5));
            p[2] = 100;
            *(p + 3) += 1000;
            Swap(p, p + 4);
        }
        foreach (int v in array)
            Console.WriteLine(v);
        byte* bytes = stackalloc byte[16];
        Fill(bytes, 16, 0xF8);
        Console.WriteLine("{0} {1} {2}", *(int*)bytes, *(long*)(bytes + 8), ((short*)bytes)[3]);
        Console.WriteLine("{0} {1}", ((sbyte*)bytes)[0], *(uint*)(bytes + 5));
        Console.WriteLine(Length("twelve chars"));
        Console.WriteLine(Stack(100));
        Header h = new Header();
        Header* ph = &h;
        ph->Size = 7;
        ph->Tail = -5;
        Fill(ph->Data, 8, 1);
        Console.WriteLine("{0} {1} {2}", h.Size, h.Tail, h.Data[7]);
        Console.WriteLine("{0} {1} {2}", sizeof(Header), sizeof(Vec), sizeof(long));
        Vec* vecs = stackalloc Vec[3];
        for (int i = 0; i < 3; i++)
        {
            vecs[i].X = i;
            (vecs + i)->Y = i / 2f;
        }
        Console.WriteLine("{0} {1}", vecs[2].X, vecs[1].Y);
        Console.WriteLine((long)(&vecs[2]) - (long)vecs);
        double d = 1.0;
        Console.WriteLine(*(long*)&d);
        float f = -2.5f;
        Console.WriteLine(*(int*)&f);
        int local = 5;
        int* pl = &local;
        int** ppl = &pl;
        **ppl = 6;
        Console.WriteLine(local);
        int* nothing = null;
        try { *nothing = 1; }
        catch (NullReferenceException) { Console.WriteLine("null pointer"); }
        try { nothing[100] = 1; }
        catch (NullReferenceException) { Console.WriteLine("near null"); }
        try { Console.WriteLine(*(long*)8); }
        catch (NullReferenceException) { Console.WriteLine("near null"); }
        try { Console.WriteLine(System.Runtime.InteropServices.Marshal.ReadInt32(IntPtr.Zero, 12)); }
        catch (NullReferenceException) { Console.WriteLine("near null"); }
        IntPtr native = (IntPtr)pl;
        Console.WriteLine(*(int*)native);
        long total = 0;
        for (int i = 0; i < 1000; i++)
            fixed (int* p = &array[i % 5])
                total += *p;
        Console.WriteLine(total);
    }
}
