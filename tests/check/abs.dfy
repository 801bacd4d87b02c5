// For check-foreign: a program for Dafny.
method Abs(x: int) returns (y: int)
    ensures 0 <= y
{
    if x < 0 { return -x; } else { return x; }
}

datatype Tree = Leaf | Node(left: Tree, value: int, right: Tree)

function method Sum(t: Tree): int {
    match t
    case Leaf => 0
    case Node(l, v, r) => Sum(l) + v + Sum(r)
}
