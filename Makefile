# Claret. `make help` lists the targets. Everything that is built lies under build/; BUILD names the
# folder for the objects of one variant, so several can stand side by side:
#     make CC=clang BUILD=build/clang test

BUILD   ?= build
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
ifeq ($(origin CC),default)
CC      := gcc
endif
# On all processors, unless -j says otherwise.
MAKEFLAGS += -j$(shell nproc)
# `make V=1` shows the commands, otherwise there is a line for each thing that is made.
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@;)
WARN    := -Wall -Wextra -Werror
CSTD    := -std=gnu17
# Frame pointers let the allocation spies and the stack walker see who called.
CODEGEN := -fno-omit-frame-pointer -fno-strict-aliasing -pthread $(SANITIZE)
PUBLIC  := il/include runtime/memory/include runtime/include profiler/include
INCLUDE := -I. $(PUBLIC:%=-I%)
ALL_CFLAGS = $(CSTD) $(CFLAGS) $(WARN) $(CODEGEN) $(INCLUDE) -MMD -MP
LIBS    := -lffi -ldl -lm -pthread

# MIR is built once for all variants. Only runtime/jit/ and its tests see its headers; long double must
# be a double there, as in the crate's build, or MIR's structs do not match.
MIR        := build/mir
MIR_CFLAGS := -isystem $(MIR)/include -DMIR_NO_IO=1 -DMIR_NO_SCAN=1 -mlong-double-64

LIB_SRC  := $(wildcard il/*.c runtime/*.c runtime/*/*.c profiler/*.c)
CLI_SRC  := $(wildcard cli/*.c)
TEST_SRC := $(wildcard tests/*.c)
BENCH    := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(BUILD)/%.o)
JIT_OBJ  := $(filter $(BUILD)/runtime/jit/% $(BUILD)/tests/mir_%,$(LIB_OBJ) $(TEST_OBJ))

# The sample programs are the same whatever compiles the runtime; the plug-ins see only the public
# headers, as anybody's would.
PROGRAMS := $(patsubst samples/programs/%.cs,build/samples/%.exe,$(wildcard samples/programs/*.cs))
EMBEDDED := $(patsubst samples/embed/%.cs,build/samples/%.dll,$(wildcard samples/embed/*.cs))
EMBEDDER := $(patsubst samples/embed/%.c,$(BUILD)/samples/%,$(wildcard samples/embed/*.c))
PLUGINS  := $(patsubst samples/profilers/%.c,build/samples/%.so,$(wildcard samples/profilers/*.c))

# What the tests read: an assembly per source in tests/data/, a plug-in per source in tests/plugins/.
TEST_DATA := $(patsubst tests/data/%.cs,build/tests/%.exe,$(wildcard tests/data/*.cs))
TEST_PROGRAMS := $(patsubst tests/%,build/tests/%.exe,$(basename $(wildcard tests/programs/*.cs tests/programs/*.il)))
TEST_PLUGINS := $(patsubst tests/plugins/%.c,build/tests/plugins/%.so,$(wildcard tests/plugins/*.c))
# Native libraries that programs of tests/programs/ call.
TEST_NATIVE := $(patsubst tests/native/%.c,build/tests/programs/lib%.so,$(wildcard tests/native/*.c))
TEST_FILES := $(TEST_DATA) $(TEST_PROGRAMS) $(TEST_PLUGINS) $(TEST_NATIVE)

.PHONY: all compare deps samples run test asan tsan bench fuzz check-oom check-mcs check-foreign check-corpus format install clean help
.DELETE_ON_ERROR:

all: $(BUILD)/claret ## build build/claret (the default)

deps: ## install what is missing on this machine (every target that builds does this first)
	@CC='$(CC)' .ci/deps.sh

samples: $(PROGRAMS) $(PLUGINS) $(EMBEDDER) $(EMBEDDED) ## build the sample programs, plug-ins and embedders

run: $(BUILD)/claret samples ## see it work: a program plainly, under a rewriting profiler, and with a spy too
	@$(call show,The program as it is:,run build/samples/squares.exe)
	@$(call show,A profiler rewrites Square to work with an argument one greater:,run \
	    --profiler build/samples/rewrite.so build/samples/squares.exe)
	@$(call show,The same with a spy that accounts for every native allocation:,run --spy leaks \
	    --profiler build/samples/rewrite.so build/samples/squares.exe)

# $(call show,TEXT,ARGUMENTS) prints what is run and runs it.
show = printf '\n%s\n$$ %s\n' '$(1)' 'claret $(strip $(2))' && $(BUILD)/claret $(2)

test: $(BUILD)/claret-tests $(BUILD)/claret samples $(TEST_FILES) ## build and run the tests
	CLARET=$(BUILD)/claret SAMPLES=$(BUILD)/samples $(BUILD)/claret-tests

asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 $(MAKE) BUILD=$(BUILD)/asan \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' test

tsan: ## the tests under ThreadSanitizer
	TSAN_OPTIONS=suppressions=tests/tsan.supp $(MAKE) BUILD=$(BUILD)/tsan CFLAGS='-O1 -g -Wno-tsan' \
	    SANITIZE=-fsanitize=thread test

compare: $(BUILD)/claret samples $(TEST_DATA) $(TEST_PLUGINS) ## the same plug-ins and programs in CoreCLR 3.1, fetched by pip
	CLARET=$(BUILD)/claret tests/compare_coreclr.sh

bench: $(BENCH) build/bench/cecil.exe build/bench/kernels.exe build/bench/hello.exe $(BUILD)/claret samples ## build and run the benchmarks
	@for program in $(BENCH); do CLARET=$(BUILD)/claret $$program || exit 1; done
	@tests/bench/kernels.sh $(BUILD)/claret build/bench/kernels.exe $(BUILD)/bench/process

# libFuzzer is clang's. Inputs that reach something new are kept in build/fuzz/corpus from run to run.
FUZZ_TARGETS := $(shell sed -n 's/^FUZZ_TARGET(\(.*\))/\1/p' tests/fuzz_targets.def)
FUZZ_SECONDS ?= 30

fuzz: $(TEST_DATA) ## each parser under libFuzzer for FUZZ_SECONDS, with the sanitizers
	$(MAKE) CC=clang BUILD=build/fuzz FUZZING=1 \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' \
	    $(FUZZ_TARGETS:%=build/fuzz/fuzz-%)
	@for target in $(FUZZ_TARGETS); do \
	    tests/fuzz/run.sh build/fuzz/fuzz-$$target $$target $(FUZZ_SECONDS) || exit 1; \
	done

check-oom: $(BUILD)/claret-oom samples build/tests/mortals.exe ## fail every request for memory once, and from then on, and look for damage
	$(BUILD)/claret-oom
	$(BUILD)/claret-oom below

check-mcs: $(BUILD)/claret ## compile every C# source here with mcs under Claret, and compare with mcs under Mono
	tests/check/mcs.sh $(BUILD)/claret $(BUILD)/mcs

check-foreign: $(BUILD)/claret ## run programs that nobody here wrote, as far as they are installed, and compare with Mono
	tests/check/foreign.sh $(BUILD)/claret $(BUILD)/foreign

check-corpus: $(BUILD)/claret $(BUILD)/corpus-rewrite $(BUILD)/corpus-assemble ## every assembly of Mono's class library through the tools of il/
	tests/corpus.sh $(BUILD)/claret

format: ## lay out all C sources with clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all ## install program, library, public headers and claret.pc (PREFIX, DESTDIR)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/claret
	install $(BUILD)/claret $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/libclaret.a $(DESTDIR)$(PREFIX)/lib
	install -m 644 $(wildcard $(PUBLIC:%=%/*)) $(DESTDIR)$(PREFIX)/include/claret
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: claret' 'Description: A small CLR for profilers' \
	    'Version: 0.1' 'Cflags: -I$${prefix}/include/claret' \
	    'Libs: -L$${prefix}/lib -lclaret $(LIBS)' \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/claret.pc

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1:\2/p' Makefile | \
	    while IFS=: read -r t text; do printf '%-18s%s\n' "$$t" "$$text"; done

$(BUILD)/%.o: %.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(JIT_OBJ): private ALL_CFLAGS += $(MIR_CFLAGS)
$(JIT_OBJ): | $(MIR)/mir.o

$(MIR)/mir.o: $(wildcard runtime/jit/mir/*) runtime/jit/mir/src/lib.rs | deps
	runtime/jit/mir/build.sh $(MIR)

$(BUILD)/libclaret.a: $(LIB_OBJ) $(MIR)/mir.o
	@rm -f $@
	$(call say,AR) $(AR) rcs $@ $^

# What plug-ins find in the program: the task allocator. A table of all symbols would be read at start.
EXPORTS := -Wl,--export-dynamic-symbol='Co*',--export-dynamic-symbol='claret_*'
# One library less to be mapped and relocated at each start, where there is a static one.
STATIC_FFI := $(or $(filter /%,$(shell $(CC) -print-file-name=libffi.a)),-lffi)

# At a fixed address: nearly ten thousand pointers in tables need no relocation at each start.
$(BUILD)/claret: $(CLI_OBJ) $(BUILD)/libclaret.a
	$(call say,LINK) $(CC) $(CODEGEN) -no-pie $(EXPORTS) -o $@ $^ $(LIBS:-lffi=$(STATIC_FFI))

$(BUILD)/claret-tests: $(TEST_OBJ) $(BUILD)/libclaret.a
	$(call say,LINK) $(CC) $(CODEGEN) -rdynamic -o $@ $^ -lcunit $(LIBS)

# What stands below the spies comes by the driver first.
OOM_WRAPPED := plain_heap_is_wanted plain_alloc plain_free os_map os_map_sparse os_unmap
$(BUILD)/claret-oom: $(BUILD)/tests/check/oom.o $(BUILD)/libclaret.a
	$(call say,LINK) $(CC) $(CODEGEN) -rdynamic $(OOM_WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

$(BUILD)/corpus-%: $(BUILD)/tests/corpus/%.o $(BUILD)/libclaret.a
	$(call say,LINK) $(CC) $(CODEGEN) -rdynamic -o $@ $^ $(LIBS)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libclaret.a
	@mkdir -p $(@D)
	$(call say,LINK) $(CC) $(CODEGEN) -rdynamic -o $@ $^ $(LIBS)

ifdef FUZZING
$(BUILD)/fuzz-%: tests/fuzz/driver.c $(BUILD)/tests/fuzz_targets.o $(BUILD)/tests/il_files.o \
    $(BUILD)/libclaret.a
	$(call say,LINK) $(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -DTARGET=$* -o $@ $^ -lcunit $(LIBS)
endif

# The peer of bench/il.c, when it can be built here.
CECIL = $(firstword $(wildcard /usr/lib/mono/gac/Mono.Cecil/0.1*/Mono.Cecil.dll))
build/bench/cecil.exe: tests/bench/cecil.cs Makefile
	@mkdir -p $(@D)
	@test -z '$(CECIL)' || mcs -nologo -optimize -r:$(CECIL) -out:$@ $<

build/bench/kernels.exe build/bench/hello.exe: build/bench/%.exe: tests/bench/%.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -optimize -out:$@ $<

build/samples/%.exe: samples/programs/%.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo $(MCS_FLAGS) -out:$@ $<
build/samples/matrix.exe: private MCS_FLAGS := -r:System.Numerics.dll

build/samples/%.dll: samples/embed/%.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -target:library -out:$@ $<

# Embedders see only the public headers, too.
$(BUILD)/samples/%: samples/embed/%.c $(BUILD)/libclaret.a
	@mkdir -p $(@D)
	$(call say,LINK) $(CC) $(CSTD) $(CFLAGS) $(WARN) $(SANITIZE) -Iruntime/include -o $@ $^ $(LIBS)

build/tests/%.exe: tests/data/%.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -unsafe -optimize -nowarn:618 $(MCS_FLAGS) -out:$@ $<
build/tests/small.exe: private MCS_FLAGS := -resource:tests/data/small.notes.txt,notes.txt

build/tests/programs/%.exe: tests/programs/%.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -unsafe -warn:0 $(MCS_FLAGS) -out:$@ $<

# What some of them are compiled with or find when they run.
PARTS := tests/programs/parts
REFLECTED := $(patsubst %,build/tests/programs/%.exe,attributes reflection_invoke \
    reflection_members reflection_types)
$(REFLECTED): private MCS_FLAGS := $(PARTS)/target.cs
$(REFLECTED): $(PARTS)/target.cs

CHECKED := $(patsubst %,build/tests/programs/%.exe,monitors threads wait_handles)
$(CHECKED): private MCS_FLAGS := $(PARTS)/checks.cs
$(CHECKED): $(PARTS)/checks.cs

COLLECTED := $(patsubst %,build/tests/programs/%.exe,finalizers garbage_collector weak_tables)
$(COLLECTED): private MCS_FLAGS := $(PARTS)/collecting.cs
$(COLLECTED): $(PARTS)/collecting.cs

build/tests/programs/big_numbers.exe: private MCS_FLAGS := -r:System.Numerics.dll
build/tests/programs/performance_counters.exe: private MCS_FLAGS := -r:System.Runtime.Caching
build/tests/programs/serialization.exe: private MCS_FLAGS := -r:System.Runtime.Serialization \
    -r:System.Xml
build/tests/programs/xml_documents.exe: private MCS_FLAGS := -r:System.Xml -r:System.Xml.Linq
build/tests/programs/xml_serializer.exe: private MCS_FLAGS := -r:System.Xml
build/tests/programs/dynamic_objects.exe: private MCS_FLAGS := -r:Microsoft.CSharp

WAITING := build/tests/programs/assemblies_waiting.exe
$(WAITING): private MCS_FLAGS := -r:build/$(PARTS)/plugin.dll
$(WAITING): build/$(PARTS)/plugin.dll

LOADING := build/tests/programs/assemblies_loading.exe
$(LOADING): private MCS_FLAGS := -r:build/$(PARTS)/plugin.dll \
    -resource:$(PARTS)/texts.resources -resource:tests/data/small.notes.txt,notes.txt
$(LOADING): build/$(PARTS)/plugin.dll build/$(PARTS)/far/orphan.dll $(PARTS)/texts.resources tests/data/small.notes.txt

build/$(PARTS)/plugin.dll: $(PARTS)/plugin.cs Makefile | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -target:library -out:$@ $<

build/$(PARTS)/far/orphan.dll: $(PARTS)/orphan.cs build/$(PARTS)/plugin.dll | deps
	@mkdir -p $(@D)
	$(call say,MCS) mcs -nologo -target:library -r:build/$(PARTS)/plugin.dll -out:$@ $<

build/tests/programs/%.exe: tests/programs/%.il | $(BUILD)/claret
	@mkdir -p $(@D)
	$(call say,ASM) $(BUILD)/claret asm -o $@ $<

PLUGIN_CC = $(CC) $(CSTD) $(CFLAGS) $(WARN) -fPIC -shared -Iprofiler/include \
            -Iruntime/memory/include -MMD -MP -o $@ $<
build/samples/%.so: samples/profilers/%.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC) $(PLUGIN_CC)

build/tests/plugins/%.so: tests/plugins/%.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC) $(PLUGIN_CC)

build/tests/programs/lib%.so: tests/native/%.c Makefile | deps
	@mkdir -p $(@D)
	$(call say,CC) $(PLUGIN_CC)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TEST_OBJ:.o=.d) $(PLUGINS:.so=.d) \
         $(TEST_PLUGINS:.so=.d) $(TEST_NATIVE:.so=.d)
-include $(BUILD)/tests/check/oom.d
-include $(BENCH:$(BUILD)/bench/%=$(BUILD)/tests/bench/%.d) $(BUILD)/tests/corpus/rewrite.d
