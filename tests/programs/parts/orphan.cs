// An assembly of which only half the types can be loaded where plugin.cs is not to be found.
public class Whole {
    public int X;
}
public class Half : Hidden.Plugin {
    public Half() : base("half") {}
}
public class UsesPlugin {
    public static string Go() { return new Hidden.Plugin("used").Text; }
    public Hidden.Plugin Field;
}
