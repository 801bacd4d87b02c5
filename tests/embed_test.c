/* Calls from C into managed code, as an embedding program makes them. The methods are those of
 * tests/data/embed.cs; expected values follow from what is written there. */
#include "claret.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/command.h"

#define ASSEMBLY "build/tests/embed.exe"
#define OBJECT   "[mscorlib]System.Object"

static claret_runtime *rt;
static claret_assembly *assembly;

static bool start(claret_mode mode) {
    claret_config config = {.mode = mode};
    claret_error error = {""};
    rt = claret_create(&config, &error);
    assembly = rt ? claret_load(rt, ASSEMBLY, &error) : NULL;
    CU_ASSERT_STRING_EQUAL(error.text, "");
    return assembly != NULL;
}

static void stop(void) {
    claret_destroy(rt);
    rt = NULL;
    assembly = NULL;
}

static claret_method *find(const char *name) {
    claret_error error = {""};
    claret_method *method = claret_find_method(rt, assembly, name, &error);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(method);
    return method;
}

/* ---- Values ---- */

#define NOTHING   ((claret_value){.kind = CLARET_NULL})
#define INT(v)    ((claret_value){.kind = CLARET_INT32, .int32 = (v)})
#define LONG(v)   ((claret_value){.kind = CLARET_INT64, .int64 = (v)})
#define STRING(v) ((claret_value){.kind = CLARET_STRING, .string = (v)})

/* Calls a method that must return. */
static claret_value call(const char *name, size_t count, claret_value *arguments) {
    claret_error error = {""};
    claret_exception exception = {0};
    claret_value result = {.kind = CLARET_VOID};
    claret_outcome outcome =
        claret_invoke(rt, find(name), arguments, count, &result, &exception, &error);
    CU_ASSERT_EQUAL(outcome, CLARET_RETURNED);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    if (outcome == CLARET_THREW) {
        CU_ASSERT_STRING_EQUAL(exception.message, "");
        claret_release_exception(rt, &exception);
    }
    return result;
}

#define CALL(name, ...)                                                                            \
    call(name, sizeof((claret_value[]){__VA_ARGS__}) / sizeof(claret_value),                       \
         (claret_value[]){__VA_ARGS__})

static void expect_string(claret_value value, const char *text) {
    CU_ASSERT_EQUAL(value.kind, CLARET_STRING);
    if (value.kind == CLARET_STRING)
        CU_ASSERT_STRING_EQUAL(value.string, text);
    claret_release(rt, &value);
    CU_ASSERT_EQUAL(value.kind, CLARET_VOID);
}

static void expect_int(claret_value value, int32_t number) {
    CU_ASSERT_EQUAL(value.kind, CLARET_INT32);
    CU_ASSERT_EQUAL(value.int32, number);
}

static void expect_text_of(claret_value object, const char *text) {
    CU_ASSERT_EQUAL(object.kind, CLARET_OBJECT);
    expect_string(CALL("instance string " OBJECT "::ToString()", object), text);
}

/* What claret_find_method says of a name that it does not find. */
static const char *find_error(const claret_assembly *home, const char *name) {
    static claret_error error;
    strcpy(error.text, "");
    CU_ASSERT_PTR_NULL(claret_find_method(rt, home, name, &error));
    return error.text;
}

/* What claret_invoke says of a call that it does not make. */
static const char *refusal(const char *name, size_t count, claret_value *arguments) {
    static claret_error error;
    strcpy(error.text, "");
    CU_ASSERT_EQUAL(claret_invoke(rt, find(name), arguments, count, NULL, NULL, &error),
                    CLARET_REFUSED);
    return error.text;
}

#define REFUSAL(name, ...)                                                                         \
    refusal(name, sizeof((claret_value[]){__VA_ARGS__}) / sizeof(claret_value),                    \
            (claret_value[]){__VA_ARGS__})

static void in_every_mode(void (*body)(void)) {
    for (claret_mode mode = CLARET_TIERED; mode <= CLARET_JIT; mode++) {
        if (start(mode))
            body();
        stop();
    }
}

/* ---- Arguments and results ---- */

static void pass_every_kind(void) {
    expect_int(CALL("int32 Calls::Add(int32, int32)", INT(40), INT(2)), 42);
    CU_ASSERT_EQUAL(CALL("int64 Calls::Add(int64, int64)", LONG(1LL << 40), LONG(-1)).int64,
                    (1LL << 40) - 1);
    CU_ASSERT_FALSE(CALL("bool Calls::Not(bool)", {.kind = CLARET_BOOL, .boolean = true}).boolean);
    CU_ASSERT_EQUAL(
        CALL("char Calls::Upper(char)", {.kind = CLARET_CHAR, .character = 0xE9}).character, 0xC9);
    expect_int(CALL("int8 Calls::Signed(int8)", INT(127)), -127);
    expect_int(CALL("uint16 Calls::Unsigned(uint16)", INT(65534)), 65535);
    expect_int(CALL("uint32 Calls::Double(uint32)", INT(INT32_MAX)), -2);
    CU_ASSERT_EQUAL(CALL("uint64 Calls::Big(uint64)", LONG(-2)).int64, -1);
    CU_ASSERT_EQUAL(
        CALL("float32 Calls::Half(float32)", {.kind = CLARET_FLOAT32, .float32 = 3}).float32, 1.5f);
    CU_ASSERT_EQUAL(
        CALL("float64 Calls::Root(float64)", {.kind = CLARET_FLOAT64, .float64 = 2.25}).float64,
        1.5);
    CU_ASSERT_EQUAL(
        CALL("native int Calls::Pointer(native int)", {.kind = CLARET_NATIVE, .native = 8}).native,
        16);
    expect_int(CALL("valuetype Colour Calls::Other(valuetype Colour)", INT(0)), 200);
    expect_string(CALL("string Calls::Greet(string)", STRING("caf\xC3\xA9")),
                  "Hello, caf\xC3\xA9 \xE2\x98\x83");
    CU_ASSERT_EQUAL(CALL("string Calls::Greet(string)", NOTHING).kind, CLARET_NULL);
    CU_ASSERT_EQUAL(call("void Calls::Nothing()", 0, NULL).kind, CLARET_VOID);
    expect_int(call("int32 Calls::Next()", 0, NULL), 1);
    expect_int(call("int32 Calls::Next()", 0, NULL), 2);
}

static void every_kind_is_passed(void) {
    in_every_mode(pass_every_kind);
}

static void box_for_object(void) {
    static const struct {
        claret_value value;
        const char *type;
    } KINDS[] = {
        {{.kind = CLARET_BOOL, .boolean = true}, "System.Boolean"},
        {{.kind = CLARET_CHAR, .character = 'x'}, "System.Char"},
        {{.kind = CLARET_INT32, .int32 = 1}, "System.Int32"},
        {{.kind = CLARET_INT64, .int64 = 1}, "System.Int64"},
        {{.kind = CLARET_NATIVE, .native = 1}, "System.IntPtr"},
        {{.kind = CLARET_FLOAT32, .float32 = 1}, "System.Single"},
        {{.kind = CLARET_FLOAT64, .float64 = 1}, "System.Double"},
        {{.kind = CLARET_STRING, .string = "x"}, "System.String"},
        {{.kind = CLARET_NULL}, "null"},
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        expect_string(CALL("string Calls::TypeOf(object)", KINDS[i].value), KINDS[i].type);
}

static void numbers_are_boxed_for_object(void) {
    in_every_mode(box_for_object);
}

static void use_objects(void) {
    claret_value dog = CALL("instance void Dog::.ctor(string)", STRING("Rex"));
    expect_string(CALL("instance string Animal::Say(string)", dog, STRING("wau")), "Rex says wau!");
    expect_string(CALL("instance string INamed::get_Name()", dog), "Rex");
    expect_string(CALL("instance string " OBJECT "::ToString()", dog), "Dog");
    expect_string(call("string Animal/Owner::Of()", 0, NULL), "nested");
    claret_value same = CALL("object Calls::Same(object)", dog);
    expect_text_of(same, "Dog");
    claret_release(rt, &same);
    claret_release(rt, &dog);

    claret_value squares = CALL("int32[] Calls::Squares(int32)", INT(5));
    expect_int(CALL("int32 [embed]Calls::Sum(int32[])", squares), 30);
    claret_value item =
        CALL("instance object [mscorlib]System.Array::GetValue(int32)", squares, INT(4));
    claret_value number;
    CU_ASSERT_TRUE(claret_unbox(rt, item.object, &number));
    expect_int(number, 16);
    CU_ASSERT_FALSE(claret_unbox(rt, squares.object, &number));
    claret_release(rt, &item);
    claret_release(rt, &squares);

    claret_value adder =
        CALL("class [mscorlib]System.Func`2<int32,int32> Calls::Adder(int32)", INT(30));
    expect_int(
        CALL("instance !1 class [mscorlib]System.Func`2<int32,int32>::Invoke(!0)", adder, INT(12)),
        42);
    claret_release(rt, &adder);
}

static void objects_are_used(void) {
    in_every_mode(use_objects);
}

static void use_structs(void) {
    claret_value point = CALL("instance void Point::.ctor(int32, int32)", INT(3), INT(4));
    expect_text_of(point, "(3, 4)");
    expect_int(CALL("instance int32 Point::Sum()", point), 7);
    claret_value mirrored = CALL("valuetype Point Calls::Mirror(valuetype Point)", point);
    expect_text_of(mirrored, "(4, 3)");
    expect_text_of(point, "(3, 4)");
    claret_release(rt, &mirrored);
    claret_release(rt, &point);

    claret_value some = CALL("object Calls::Same(object)", INT(5));
    const char *maybe = "valuetype [mscorlib]System.Nullable`1<int32> "
                        "Calls::Maybe(valuetype [mscorlib]System.Nullable`1<int32>)";
    claret_value four = CALL(maybe, some);
    expect_text_of(four, "4");
    CU_ASSERT_EQUAL(CALL(maybe, NOTHING).kind, CLARET_NULL);
    claret_release(rt, &four);
    claret_release(rt, &some);
}

static void structs_are_boxed(void) {
    in_every_mode(use_structs);
}

static void pass_references(void) {
    claret_value strings[] = {STRING("left"), NOTHING};
    call("void Calls::Swap(string&, string&)", 2, strings);
    CU_ASSERT_EQUAL(strings[0].kind, CLARET_NULL);
    expect_string(strings[1], "left");

    claret_value parse[] = {STRING("123"), INT(0)};
    CU_ASSERT_TRUE(call("bool Calls::TryParse(string, int32&)", 2, parse).boolean);
    expect_int(parse[1], 123);

    claret_value point = CALL("instance void Point::.ctor(int32, int32)", INT(1), INT(2));
    claret_value moved[] = {point};
    call("void Calls::Move(valuetype Point&)", 1, moved);
    expect_text_of(moved[0], "(11, 2)");
    expect_text_of(point, "(1, 2)");
    claret_release(rt, &moved[0]);
    claret_release(rt, &point);
}

static void references_come_back_changed(void) {
    in_every_mode(pass_references);
}

static void use_generics(void) {
    claret_value box = CALL("instance void class Box`1<string>::.ctor(!0)", STRING("in it"));
    expect_string(CALL("instance !0 class Box`1<string>::Get()", box), "in it");
    claret_release(rt, &box);
    expect_string(CALL("string class Box`1<int32>::Describe<char>(!0, !!0)", INT(7),
                       {.kind = CLARET_CHAR, .character = 'c'}),
                  "7/c of Int32, Char");
    claret_value words =
        call("class [mscorlib]System.Collections.Generic.List`1<string> Calls::Words()", 0, NULL);
    expect_string(CALL("instance !0 class "
                       "[mscorlib]System.Collections.Generic.List`1<string>::get_Item(int32)",
                       words, INT(1)),
                  "b");
    claret_release(rt, &words);
}

static void generics_are_named(void) {
    in_every_mode(use_generics);
}

/* ---- Exceptions ---- */

static void catch_exceptions(void) {
    claret_exception exception;
    claret_value arguments[] = {STRING("no good")};
    claret_method *throws = find("void Calls::Throw(string)");
    CU_ASSERT_EQUAL(claret_invoke(rt, throws, arguments, 1, NULL, &exception, NULL), CLARET_THREW);
    CU_ASSERT_STRING_EQUAL(exception.type, "System.ArgumentException");
    CU_ASSERT_STRING_EQUAL(exception.message, "no good");
    CU_ASSERT_PTR_NOT_NULL(strstr(exception.trace, "   at Calls.Inner(String) IL_"));
    CU_ASSERT_PTR_NOT_NULL(strstr(exception.trace, "\n   at Calls.Throw(String) IL_"));
    claret_value object = {.kind = CLARET_OBJECT, .object = exception.object};
    expect_string(CALL("instance string [mscorlib]System.Exception::get_Message()", object),
                  "no good");
    claret_release_exception(rt, &exception);
    CU_ASSERT_PTR_NULL(exception.type);
    expect_int(call("int32 Calls::GetFinished()", 0, NULL), 1);
    CU_ASSERT_EQUAL(claret_invoke(rt, throws, arguments, 1, NULL, NULL, NULL), CLARET_THREW);
    expect_int(call("int32 Calls::GetFinished()", 0, NULL), 2);
}

static void exceptions_are_caught(void) {
    in_every_mode(catch_exceptions);
}

static void fail_to_initialise(void) {
    for (int i = 0; i < 2; i++) {
        claret_exception exception;
        CU_ASSERT_EQUAL(
            claret_invoke(rt, find("int32 Broken::Get()"), NULL, 0, NULL, &exception, NULL),
            CLARET_THREW);
        CU_ASSERT_STRING_EQUAL(exception.type, "System.TypeInitializationException");
        CU_ASSERT_PTR_NOT_NULL(strstr(exception.message, "Broken"));
        claret_value object = {.kind = CLARET_OBJECT, .object = exception.object};
        claret_value cause = CALL("instance class [mscorlib]System.Exception "
                                  "[mscorlib]System.Exception::get_InnerException()",
                                  object);
        expect_string(CALL("instance string [mscorlib]System.Exception::get_Message()", cause),
                      "broken at the start");
        claret_release(rt, &cause);
        claret_release_exception(rt, &exception);
    }
}

static void initialisers_that_throw_do_so_again(void) {
    in_every_mode(fail_to_initialise);
}

static void overflow_the_stack(void) {
    claret_exception exception;
    claret_value arguments[] = {INT(0)};
    expect_int(CALL("int32 Calls::Deep(int32)", INT(1000)), 1000);
    CU_ASSERT_EQUAL(claret_invoke(rt, find("int32 Calls::Forever(int32)"), arguments, 1, NULL,
                                  &exception, NULL),
                    CLARET_THREW);
    CU_ASSERT_STRING_EQUAL(exception.type, "System.StackOverflowException");
    claret_release_exception(rt, &exception);
    CU_ASSERT_STRING_EQUAL(REFUSAL("int32 Calls::Deep(int32)", INT(1)),
                           "the runtime has ended by a stack overflow");
}

static void a_stack_overflow_is_the_end(void) {
    in_every_mode(overflow_the_stack);
}

static void exit_the_program(void) {
    claret_value status, arguments[] = {INT(7)};
    CU_ASSERT_EQUAL(
        claret_invoke(rt, find("void Calls::Exit(int32)"), arguments, 1, &status, NULL, NULL),
        CLARET_EXITED);
    expect_int(status, 7);
    CU_ASSERT_STRING_EQUAL(refusal("int32 Calls::Next()", 0, NULL),
                           "the runtime has ended by Environment.Exit");
}

static void exit_is_told(void) {
    in_every_mode(exit_the_program);
}

/* ---- Bad names ---- */

static void bad_names_are_explained(void) {
    static const struct {
        const char *name, *error;
    } NAMES[] = {
        {"", "method name:1:1: expected a type, found the end of the file"},
        {"int32 Calls::Add(int32, int32",
         "method name:1:30: expected ), found the end of the file"},
        {"int32 Calls.Add(int32)", "Method not found: '<Module>.Calls.Add'."},
        {"int32 Calls::Add(int33)", "method name:1:18: expected a type, found int33"},
        {"int32 Calls::Next() more", "method name:1:21: expected nothing more, found more"},
        {"int32\n[embed]Calls::\n  (int32)",
         "method name:2:15: expected a name, found the end of the line"},
        {"int32 Calls::Add(string)",
         "Method not found: 'Calls.Add'. There are: int32 Calls::Add(int32, int32); "
         "int64 Calls::Add(int64, int64)"},
        {"instance int32 Calls::Next()",
         "Method not found: 'Calls.Next'. There are: int32 Calls::Next()"},
        {"void Animal::Bark()", "Method not found: 'Animal.Bark'. There are: .ctor; get_Name; Say"},
        {"void NoSuch.Thing::M()", "NoSuch.Thing"},
        {"void [nowhere]Thing::M()", "assembly nowhere not found"},
        {"instance !0 Box`1::Get()", "is of an open type"},
        {"string class Box`1<int32>::Describe(!0, !!0)", "Method not found"},
        {"instance void Shape::.ctor()", "makes no object: the class is abstract"},
        {"instance void [mscorlib]System.String::.ctor(char[])",
         "makes an object that only the runtime can make"},
        {"instance int32 int32[0...,0...]::Get(int32, int32)", "is a method that only arrays have"},
    };
    if (!start(CLARET_TIERED))
        return;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *text = find_error(assembly, NAMES[i].name);
        if (!strstr(text, NAMES[i].error))
            CU_assertImplementation(CU_FALSE, (unsigned)i, text, NAMES[i].error, "", CU_FALSE);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(find_error(NULL, "int32 Calls::Next()"),
                                  "method name:1:7: expected [ASSEMBLY], found Calls"));
    CU_ASSERT_PTR_NOT_NULL(claret_find_method(rt, NULL, "int32 [embed]Calls::Next()", NULL));
    CU_ASSERT_PTR_NULL(claret_find_method(rt, NULL, "(", NULL));
    stop();
}

static void bad_files_are_explained(void) {
    claret_error error = {""};
    if (!start(CLARET_TIERED))
        return;
    CU_ASSERT_PTR_NULL(claret_load(rt, "build/no/such.dll", &error));
    CU_ASSERT_STRING_EQUAL(error.text, "build/no/such.dll: No such file or directory");
    CU_ASSERT_PTR_NULL(claret_load(rt, "Makefile", &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "Makefile: "));
    CU_ASSERT_PTR_EQUAL(claret_load(rt, ASSEMBLY, &error), assembly);
    stop();
}

static void bad_arguments_are_explained(void) {
    if (!start(CLARET_TIERED))
        return;
    CU_ASSERT_STRING_EQUAL(REFUSAL("int32 Calls::Add(int32, int32)", INT(1)),
                           "Calls.Add(Int32, Int32) takes 2 arguments, not 1");
    CU_ASSERT_STRING_EQUAL(refusal("instance int32 Point::Sum()", 0, NULL),
                           "Point.Sum() takes 1 arguments, the object among them, not 0");
    CU_ASSERT_STRING_EQUAL(
        REFUSAL("int32 Calls::Add(int32, int32)", INT(1), LONG(2)),
        "Calls.Add(Int32, Int32): argument 2 must be System.Int32, not an int64");
    CU_ASSERT_STRING_EQUAL(REFUSAL("int8 Calls::Signed(int8)", INT(128)),
                           "Calls.Signed(SByte): argument 1 must be System.SByte, not an int32");
    CU_ASSERT_STRING_EQUAL(REFUSAL("string Calls::Greet(string)", INT(1)),
                           "Calls.Greet(String): argument 1 must be System.String, not an int32");
    CU_ASSERT_STRING_EQUAL(
        REFUSAL("int32 Calls::Sum(int32[])", STRING("x")),
        "Calls.Sum(System.Int32[]): argument 1 must be System.Int32[], not a string");
    CU_ASSERT_STRING_EQUAL(REFUSAL("string Calls::Greet(string)", {.kind = (claret_kind)99}),
                           "Calls.Greet(String): argument 1 must be System.String, not an unknown "
                           "kind");
    claret_value point = CALL("instance void Point::.ctor(int32, int32)", INT(3), INT(4));
    CU_ASSERT_STRING_EQUAL(REFUSAL("instance string Animal::Say(string)", point, STRING("x")),
                           "Animal.Say(String) must be called on an object of Animal, not on "
                           "an object of Point");
    CU_ASSERT_STRING_EQUAL(REFUSAL("instance string Animal::Say(string)", NOTHING, STRING("x")),
                           "Animal.Say(String) must be called on an object of Animal, not on "
                           "null");
    CU_ASSERT_STRING_EQUAL(REFUSAL("int32 Calls::Add(int32, int32)", point, INT(1)),
                           "Calls.Add(Int32, Int32): argument 1 must be System.Int32, not "
                           "an object of Point");
    claret_release(rt, &point);
    stop();
}

/* ---- Lives ---- */

static void handles_keep_objects_alive(void) {
    enum { COUNT = 100 };
    claret_value dogs[COUNT];
    char name[20];
    if (!start(CLARET_TIERED))
        return;
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "dog %d", i);
        dogs[i] = CALL("instance void Dog::.ctor(string)", STRING(name));
        CALL("int32 Calls::Garbage(int32)", INT(1000));
    }
    call("void [mscorlib]System.GC::Collect()", 0, NULL);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "dog %d", i);
        expect_string(CALL("instance string INamed::get_Name()", dogs[i]), name);
        if (i % 2)
            claret_release(rt, &dogs[i]);
    }
    stop(); /* with half of them live */
}

static void runtimes_follow_each_other(void) {
    for (int i = 0; i < 20; i++) {
        if (start((claret_mode)(i % 3)))
            expect_int(call("int32 Calls::Next()", 0, NULL), 1);
        stop();
    }
}

static void runtimes_stand_side_by_side(void) {
    enum { COUNT = 5 };
    claret_runtime *runtimes[COUNT];
    claret_assembly *assemblies[COUNT];
    for (int i = 0; i < COUNT; i++) {
        CU_ASSERT_FATAL(start((claret_mode)(i % 3)));
        runtimes[i] = rt;
        assemblies[i] = assembly;
    }
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            rt = runtimes[i];
            assembly = assemblies[i];
            expect_int(call("int32 Calls::Next()", 0, NULL), round);
        }
    }
    for (int i = 0; i < COUNT; i++)
        claret_destroy(runtimes[i]);
    rt = NULL;
}

/* CUnit's assertions are for one thread; so this counts what went well. */
static void *use_one_runtime(void *mode) {
    claret_config config = {.mode = *(claret_mode *)mode};
    intptr_t good = 0;
    for (int i = 0; i < 5; i++) {
        claret_runtime *own = claret_create(&config, NULL);
        claret_assembly *loaded = own ? claret_load(own, ASSEMBLY, NULL) : NULL;
        claret_method *garbage =
            loaded ? claret_find_method(own, loaded, "int32 Calls::Garbage(int32)", NULL) : NULL;
        claret_value count = INT(20000), sum;
        if (garbage && claret_invoke(own, garbage, &count, 1, &sum, NULL, NULL) == CLARET_RETURNED)
            good += sum.int32 == 2000000;
        claret_destroy(own);
    }
    return (void *)good;
}

static void every_thread_may_have_runtimes(void) {
    static claret_mode modes[] = {CLARET_TIERED, CLARET_INTERPRET, CLARET_JIT, CLARET_TIERED};
    enum { COUNT = sizeof modes / sizeof *modes };
    pthread_t threads[COUNT];
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, use_one_runtime, &modes[i]), 0);
    for (int i = 0; i < COUNT; i++) {
        void *good;
        pthread_join(threads[i], &good);
        CU_ASSERT_EQUAL((intptr_t)good, 5);
    }
}

struct worker {
    pthread_t native;
    int foreign, attached, calls;
};

static void *work(void *data) {
    struct worker *worker = data;
    claret_value result;
    claret_error error;
    worker->foreign = !claret_find_method(rt, assembly, "int32 Calls::Next()", &error) &&
                      strstr(error.text, "not attached");
    worker->attached = claret_attach_thread(rt, NULL) && !claret_attach_thread(rt, &error) &&
                       strstr(error.text, "attached already");
    claret_method *garbage =
        claret_find_method(rt, assembly, "int32 Calls::Garbage(int32)", &error);
    for (int i = 0; garbage && i < 200; i++) {
        claret_value argument = INT(100);
        worker->calls +=
            claret_invoke(rt, garbage, &argument, 1, &result, NULL, NULL) == CLARET_RETURNED &&
            result.int32 == 10000;
    }
    claret_detach_thread(rt);
    return NULL;
}

static void share_runtime(void) {
    enum { COUNT = 4 };
    struct worker workers[COUNT] = {0};
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&workers[i].native, NULL, work, &workers[i]), 0);
    for (int i = 0; i < 20; i++)
        call("void [mscorlib]System.GC::Collect()", 0, NULL);
    for (int i = 0; i < COUNT; i++) {
        pthread_join(workers[i].native, NULL);
        CU_ASSERT_TRUE(workers[i].foreign);
        CU_ASSERT_TRUE(workers[i].attached);
        CU_ASSERT_EQUAL(workers[i].calls, 200);
    }
    claret_detach_thread(rt); /* does nothing: this is the thread that created it */
    expect_int(call("int32 Calls::Next()", 0, NULL), 1);
}

static void threads_share_a_runtime(void) {
    in_every_mode(share_runtime);
}

/* ---- The sample ---- */

static void run_sample(const char *formula, const char *expected) {
    const char *folder = getenv("SAMPLES");
    char got[4096];
    command_run(got, sizeof got,
                "{ %s/tabulate build/samples/formula.dll '%s' -1 2 2>&1; echo status $?; } | "
                "sed 's/ IL_.*//'",
                folder ? folder : "build/samples", formula);
    CU_ASSERT_STRING_EQUAL(got, expected);
}

static void the_sample_works(void) {
    run_sample("x^2 - x/4",
               "  -1     1.2500\n   0     0.0000\n   1     0.7500\n   2     3.5000\nstatus 0\n");
    run_sample("x + y", "System.FormatException: unexpected 'y' at 4\n"
                        "   at Formula.Primary()\n   at Formula.Power()\n   at Formula.Product()\n"
                        "   at Formula.Sum()\n   at Formula.Evaluate(Double)\n   at "
                        "Formula..ctor(String)\nstatus 1\n");
}

/* The page shows the sample's code, indented, to the letter. */
static void the_page_shows_the_sample(void) {
    static char page[1 << 16];
    char line[300], shown[310];
    FILE *file = fopen("docs/EMBEDDING.md", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    const char *at = strstr(page, "    /* A C program that lets");
    file = fopen("samples/embed/tabulate.c", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (at && fgets(line, sizeof line, file)) {
        snprintf(shown, sizeof shown, "%s%s", line[0] == '\n' ? "" : "    ", line);
        at = strncmp(at, shown, strlen(shown)) == 0 ? at + strlen(shown) : NULL;
    }
    fclose(file);
    CU_ASSERT_PTR_NOT_NULL(at);
}

CU_TestInfo embed_tests[] = {
    {"every kind is passed", every_kind_is_passed},
    {"numbers are boxed for object", numbers_are_boxed_for_object},
    {"objects are used", objects_are_used},
    {"structs are boxed", structs_are_boxed},
    {"references come back changed", references_come_back_changed},
    {"generics are named", generics_are_named},
    {"exceptions are caught", exceptions_are_caught},
    {"initialisers that throw do so again", initialisers_that_throw_do_so_again},
    {"a stack overflow is the end", a_stack_overflow_is_the_end},
    {"exit is told", exit_is_told},
    {"bad names are explained", bad_names_are_explained},
    {"bad files are explained", bad_files_are_explained},
    {"bad arguments are explained", bad_arguments_are_explained},
    {"handles keep objects alive", handles_keep_objects_alive},
    {"runtimes follow each other", runtimes_follow_each_other},
    {"runtimes stand side by side", runtimes_stand_side_by_side},
    {"every thread may have runtimes", every_thread_may_have_runtimes},
    {"threads share a runtime", threads_share_a_runtime},
    {"the sample works", the_sample_works},
    {"the page shows the sample", the_page_shows_the_sample},
    CU_TEST_INFO_NULL,
};
