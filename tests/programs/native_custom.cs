// Custom marshallers, and objects that go as what they are (AsAny).
using System;
using System.Runtime.InteropServices;

class Text {
    public string Value;
}

class TextMarshaler : ICustomMarshaler {
    readonly string cookie;
    TextMarshaler(string cookie) { this.cookie = cookie; }
    public static ICustomMarshaler GetInstance(string cookie) {
        Console.WriteLine("instance [{0}]", cookie);
        return new TextMarshaler(cookie);
    }
    public IntPtr MarshalManagedToNative(object value) {
        Console.WriteLine("to native {0}", ((Text)value).Value);
        return Marshal.StringToCoTaskMemAnsi(cookie + ((Text)value).Value);
    }
    public object MarshalNativeToManaged(IntPtr value) {
        Console.WriteLine("to managed");
        return new Text {Value = Marshal.PtrToStringAnsi(value)};
    }
    public void CleanUpNativeData(IntPtr value) {
        Console.WriteLine("clean up native");
        Marshal.FreeCoTaskMem(value);
    }
    public void CleanUpManagedData(object value) { Console.WriteLine("clean up managed"); }
    public int GetNativeDataSize() { return -1; }
}

static class Program {
    [DllImport("interop")]
    static extern int length8([MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(TextMarshaler),
                                         MarshalCookie = "cookie ")] Text text);
    [DllImport("interop")]
    [return: MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(TextMarshaler))]
    static extern Text doubled8(string text);
    [DllImport("interop", EntryPoint = "length8")]
    static extern int any_length([MarshalAs(UnmanagedType.AsAny)] object text);

    static void Main() {
        Console.WriteLine(length8(new Text {Value = "abc"}));
        Console.WriteLine(length8(new Text {Value = ""}));
        Console.WriteLine(length8(null));
        Console.WriteLine(doubled8("twice ").Value);
        Console.WriteLine(doubled8(null) == null);
        Console.WriteLine(any_length("grün"));
        Console.WriteLine(any_length(null));
    }
}
