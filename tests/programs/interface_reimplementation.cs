// Which body an interface method has in classes that list an interface again (C# 5, 13.4.6), also
// one that another interface brings.
using System;

interface IBase { string Do(); string Other(); }
interface IDerived : IBase { }

class Base : IBase {
    string IBase.Do() { return "Base explicit, " + Do(); }
    public virtual string Do() { return "Base.Do"; }
    string IBase.Other() { return "Base other"; }
    public string Unrelated() { return ""; }
}
class ByAnother : Base, IDerived { }
class Again : Base, IBase { }
class Overriding : Base, IBase { public override string Do() { return "Overriding.Do"; } }
class Hiding : Base { public new virtual string Do() { return "Hiding.Do"; } }
class Relisting : Hiding, IBase { string IBase.Other() { return "Relisting other"; } }
class Below : Relisting { public override string Do() { return "Below.Do"; } }

class Plain : IBase {
    public virtual string Do() { return "Plain.Do"; }
    public string Other() { return "Plain other"; }
}
class NewPlain : Plain { public new virtual string Do() { return "NewPlain.Do"; } }
class PlainAgain : NewPlain, IBase { }

static class Program {
    static void Show(IBase b) { Console.WriteLine("{0}: {1}; {2}", b.GetType().Name, b.Do(), b.Other()); }

    static void Main() {
        Show(new Base());
        Show(new ByAnother());
        Show(new Again());
        Show(new Overriding());
        Show(new Hiding());
        Show(new Relisting());
        Show(new Below());
        Show(new NewPlain());
        Show(new PlainAgain());
    }
}
