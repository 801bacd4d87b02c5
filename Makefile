# Claret. `make help` lists the targets.

BUILD   ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Werror
CSTD    := -std=gnu17
# Frame pointers let the allocation spies and the stack walker see who called.
CODEGEN := -fno-omit-frame-pointer -fno-strict-aliasing -pthread $(SANITIZE)
INCLUDE := -I. -Iil/include -Iruntime/memory/include -Iruntime/include -Iprofiler/include
ALL_CFLAGS = $(CSTD) $(CFLAGS) $(WARN) $(CODEGEN) $(INCLUDE) -MMD -MP
LIBS    := -ldl -lm -pthread

LIB_SRC  := $(wildcard il/*.c runtime/*.c runtime/*/*.c profiler/*.c)
CLI_SRC  := $(wildcard cli/*.c)
TEST_SRC := $(wildcard tests/*.c)

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(BUILD)/%.o)
ALL_OBJ  := $(LIB_OBJ) $(CLI_OBJ) $(TEST_OBJ)

.PHONY: all test asan format clean help
all: $(BUILD)/claret

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/libclaret.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/claret: $(CLI_OBJ) $(BUILD)/libclaret.a
	$(CC) $(CODEGEN) -rdynamic -o $@ $^ $(LIBS)

$(BUILD)/claret-tests: $(TEST_OBJ) $(BUILD)/libclaret.a
	$(CC) $(CODEGEN) -rdynamic -o $@ $^ -lcunit $(LIBS)

test: $(BUILD)/claret-tests
	$(BUILD)/claret-tests

asan:
	$(MAKE) BUILD=$(BUILD)/asan SANITIZE='-fsanitize=address,undefined' test

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD)

help:
	@echo "make        build build/claret"
	@echo "make test   build and run the tests"

-include $(ALL_OBJ:.o=.d)
