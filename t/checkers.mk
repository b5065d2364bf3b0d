# t/checkers.mk: MemorySanitizer and static analysis; part of the Makefile.

# Found as scripts/check finds it; MSAN_CC=clang-16 names another.
MSAN_CC ?= $(or $(shell command -v clang || ls /usr/bin/clang-[0-9]* 2>/dev/null | sort -V | tail -n 1),clang)
MSAN_CFLAGS = -std=gnu11 $(WARNINGS) -O1 -g $(INCLUDES) -fno-omit-frame-pointer -fsanitize=memory
# PCRE2 is the system's: t/c/msan/pcre2.c tells what it writes.
MSAN_WRAPPED = pcre2_compile_8 pcre2_match_8 pcre2_jit_compile_8 pcre2_pattern_info_8 pcre2_get_error_message_8 pcre2_set_callout_8
MSAN_LIBS = $(patsubst %,-Wl$(comma)--wrap=%,$(MSAN_WRAPPED)) $(DEPS_LIBS)
comma = ,

build/msan/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(MSAN_CC) $(MSAN_CFLAGS) -c -o $@ $<

MSAN_OBJS = $(LIB_SRCS:%.c=build/msan/%.o) build/msan/t/c/msan/pcre2.o

build/msan/t/%: t/c/%.c $(MSAN_OBJS) $(HEADERS) $(wildcard t/c/*.h src/datac/*)
	@mkdir -p $(@D)
	$(MSAN_CC) $(MSAN_CFLAGS) -o $@ $< $(MSAN_OBJS) $(MSAN_LIBS)

build/msan/datac: $(patsubst %.c,build/msan/%.o,$(DATAC_SRCS)) build/msan/t/c/msan/pcre2.o
	$(MSAN_CC) $(MSAN_CFLAGS) -o $@ $^ $(MSAN_LIBS)

# test_interrupt counts basic blocks, of a library that is compiled for that.
MSAN_UNITS = $(patsubst build/t/%,build/msan/t/%,$(filter-out build/t/test_interrupt,$(UNITS)))

# The data compiler must make of data/ what the ordinary one makes.
msan: $(MSAN_UNITS) build/msan/t/read_all build/msan/datac build/data.stamp
	@status=0; \
	for unit in $(MSAN_UNITS); do scripts/tap $$unit || status=1; done; \
	scripts/tap t/c/msan/datac || status=1; \
	scripts/tap build/msan/t/read_all $(MAILS) || status=1; \
	exit $$status

# All of the tools over all sources; "short" is what make check does.
analyze: $(TABLES) $(IDS) build/code_id.h
	@scripts/analyze $(TOOLS)

analyze-short: $(TABLES) $(IDS) build/code_id.h
	@scripts/tap scripts/analyze short
