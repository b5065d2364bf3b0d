# bounce: decodes bounce mail inside SQL.
#
#   make demo      shows it: builds, starts a throw-away cluster, runs scripts/demo.sql
#   make psql      the same, and leaves you in psql
#   make check     every test there is, in a throw-away cluster
#   make bench     how fast it is, beside Sisimai and GMime (MAILS="FOLDER..." SAVE=yes)
#   make growth    how the cost grows with the size of a mail, likewise (SHAPES="NAME..." SAVE=yes)
#
#   make, make install, make installcheck      as for any extension (PGXS)
#   make unit                                  the plain C library's tests, with ASan and UBSan
#   make asan MAILS="FOLDER..."                reads mails, whole and truncated, with ASan and UBSan
#   make msan MAILS="FOLDER..."                the library's tests and those mails again, with clang's MSan
#   make sanitized, make valgrind              the server's tests in a PostgreSQL that is built with
#                                              ASan and UBSan, or runs in valgrind (docs/testing.md)
#   make analyze TOOLS="gcc cppcheck ..."      static analysis: gcc -fanalyzer, cppcheck, clang-tidy
#   make differential MAILS="FOLDER..."        our MIME scanner against GMime's parser
#   make fuzz SECONDS=60 TARGETS="NAME..."     what libFuzzer makes of the samples, with clang
#   make coverage ROOMS="src/mail ..."         which lines and branches of src/ the tests never run, with gcc
#   make line-ends MAILS="FOLDER..."           the same mails with LF, CRLF, CR and a From line
#   make faults MAILS="FOLDER..."              memory that runs out at each allocation in turn
#   make platforms MAILS="FOLDER..."           the same rows under other locales, and on i686 and s390x
#   make tap                                   t/*.t, on the server that PGHOST etc. name

EXTENSION = bounce
MODULE_big = bounce
DATA = $(wildcard bounce--*--*.sql)
DATA_built = bounce--1.0.sql

# What data/ holds is compiled in: build/datac writes it as C tables.
TABLES = build/knowledge.c build/markers.c
IDS = build/reason_ids.h build/marker_ids.h

LIB_SRCS = $(sort $(wildcard src/*.c src/mail/*.c src/match/*.c src/report/*.c src/classify/*.c src/redact/*.c)) $(TABLES)
LIB_OBJS = $(LIB_SRCS:.c=.o)
PG_OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/pg/*.c)))
OBJS = $(LIB_OBJS) $(PG_OBJS)
HEADERS = $(wildcard src/*.h src/*/*.h) $(IDS)

REGRESS = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --encoding=UTF8
EXTRA_CLEAN = build

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

.DEFAULT_GOAL := all
# These find by themselves what they need, or install it.  The rest wants a
# compiler, the libraries and, but for the plain library, PGXS.
SCRIPTED = demo psql check bench growth sanitized valgrind
BENCHES = $(addprefix build/bench/,library gmime lines)
PLAIN = unit asan msan analyze analyze-short differential line-ends faults platforms fuzz coverage coverage-floor tap build/libbounce.a build/libbounce-asan.a build/datac $(BENCHES)
GOALS = $(filter-out $(SCRIPTED),$(or $(MAKECMDGOALS),all))
.PHONY: $(SCRIPTED) unit asan msan analyze analyze-short differential line-ends faults platforms fuzz coverage coverage-floor tap

ifneq ($(GOALS),)

ifneq ($(filter-out clean distclean,$(GOALS)),)
ifeq ($(shell command -v $(PKG_CONFIG)),)
$(error pkg-config is missing: install the package pkg-config)
endif
ifneq ($(shell $(PKG_CONFIG) --exists libpcre2-8 && echo yes),yes)
$(error PCRE2 is missing: install the package libpcre2-dev (Debian, Ubuntu) or pcre2-devel (Fedora))
endif
DEPS_CFLAGS := $(shell $(PKG_CONFIG) --cflags libpcre2-8)
DEPS_LIBS := $(shell $(PKG_CONFIG) --libs libpcre2-8) -lm
endif

INCLUDES = -Isrc -Ibuild $(patsubst -I%,-isystem %,$(DEPS_CFLAGS))
WARNINGS = -Wall -Wextra -Wshadow

ifneq ($(filter-out $(PLAIN),$(GOALS)),)
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
$(error PostgreSQL's build files are missing: install the package postgresql-server-dev-NN, or say make PG_CONFIG=/path/to/pg_config)
endif

# The server's headers are not ours to warn about.
PG_CPPFLAGS = $(INCLUDES) -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS = -std=gnu11 $(WARNINGS)
SHLIB_LINK = $(DEPS_LIBS)

# make CC=clang, for a server that was built by gcc with options of its own.
ifneq ($(findstring clang,$(CC)),)
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument -fno-lto
SHLIB_LINK += -fno-lto
endif

include $(PGXS)

# Names of ours must not meet those of the server or of another extension in one
# process.  Before PostgreSQL 16 PGXS hides none, so the linker does.
$(LIB_OBJS): override CFLAGS += -fvisibility=hidden
ifneq ($(filter linux freebsd netbsd openbsd,$(PORTNAME)),)
SHLIB_LINK += -Wl,--version-script=build/exports.map
$(shlib): build/exports.map
build/exports.map: Makefile
	@mkdir -p build
	@echo '{ global: Pg_magic_func; pg_finfo_*; bounce_*; local: *; };' >$@
endif

# Any header may reach any object; a whole build takes seconds.
$(OBJS) $(OBJS:.o=.bc): $(HEADERS)

endif

# CREATE EXTENSION's script, put together from what each part of it creates.
bounce--1.0.sql: $(sort $(wildcard src/sql/*.sql))
	cat $^ >$@

# The data compiler is a program of its own, built for the machine that builds.
DATAC_SRCS = $(sort $(wildcard src/datac/*.c)) src/match/fold.c src/match/match.c src/match/regex.c src/match/sha1.c src/match/lexicon.c src/mail/slice.c src/mail/arena.c
build/datac: $(DATAC_SRCS) \
		$(wildcard src/datac/*.h src/match/*.h src/classify/*.h src/mail/*.h)
	@mkdir -p build
	$(CC) -std=gnu11 $(WARNINGS) -O2 -Isrc $(shell $(PKG_CONFIG) --cflags libpcre2-8) -o $@ $(filter %.c,$^) \
		$(shell $(PKG_CONFIG) --libs libpcre2-8)

# It leaves what did not change untouched, so the stamp says when it ran.
build/data.stamp: build/datac $(sort $(wildcard data/*.tsv))
	build/datac data build
	@touch $@

$(TABLES) $(IDS): build/data.stamp
	@test -f $@

# bounce_engine() tells the code that judges, too: by its checksum.
ENGINE_SRCS = $(sort $(foreach room,. mail match report classify,$(wildcard src/$(room)/*.c src/$(room)/*.h)))
build/code_id.h: $(ENGINE_SRCS)
	@mkdir -p build
	@printf '#define BOUNCE_CODE_ID "%08x"\n' "$$(cat $^ | cksum | cut -d ' ' -f 1)" >$@
src/pg/fingerprint.o src/pg/fingerprint.bc: build/code_id.h

# The plain C library, as programs link it: once for speed, once with sanitizers.
LIB_CFLAGS = -std=gnu11 $(WARNINGS) -O2 -g -fPIC $(INCLUDES)
SANITIZE = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

build/lib/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) -fvisibility=hidden -c -o $@ $<

build/asan/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(SANITIZE) -c -o $@ $<

build/libbounce.a: $(LIB_SRCS:%.c=build/lib/%.o)
	rm -f $@
	ar rcs $@ $^

build/libbounce-asan.a: $(LIB_SRCS:%.c=build/asan/%.o)
	rm -f $@
	ar rcs $@ $^

build/t/%: t/c/%.c build/libbounce-asan.a $(HEADERS) $(wildcard t/c/*.h src/datac/*)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(SANITIZE) -o $@ $< build/libbounce-asan.a $(DEPS_LIBS)

# Once more, counting the basic blocks that run (t/c/test_interrupt.c).
build/steps/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -O1 $(INCLUDES) -fsanitize-coverage=trace-pc -c -o $@ $<

build/t/test_interrupt: t/c/test_interrupt.c $(LIB_SRCS:%.c=build/steps/%.o) $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -O1 $(INCLUDES) -o $@ $(filter %.c %.o,$^) $(DEPS_LIBS)

$(BENCHES): build/bench/%: bench/%.c bench/mails.c bench/mails.h build/libbounce.a $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) -o $@ $< bench/mails.c build/libbounce.a $(DEPS_LIBS)

# GMime is but the yardstick.
GMIME_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags gmime-3.0))
GMIME_LIBS = $(shell $(PKG_CONFIG) --libs gmime-3.0)
build/t/gmime_diff build/bench/gmime: INCLUDES += $(GMIME_CFLAGS)
build/t/gmime_diff build/bench/gmime: DEPS_LIBS += $(GMIME_LIBS)

# Tests.  Each speaks TAP; scripts/tap runs one, counts, and shows what failed.
UNITS = $(patsubst t/c/%.c,build/t/%,$(sort $(wildcard t/c/test_*.c)))
MAILS ?= samples/mail

unit: $(UNITS) build/datac
	@status=0; \
	for unit in $(UNITS) $(sort $(wildcard t/c/*.sh)); do scripts/tap $$unit || status=1; done; \
	exit $$status

asan: build/t/read_all
	@scripts/tap build/t/read_all $(MAILS)

differential: build/t/gmime_diff
	@find $(MAILS) -type f | LC_ALL=C sort | scripts/tap -i build/t/gmime_diff

line-ends: build/t/line_ends
	@scripts/tap build/t/line_ends $(MAILS)

# For faults every piece of an arena is a block, which can fail by itself.
SMALL_BLOCKS = -DARENA_FIRST_BLOCK='((size_t) 1)' -DARENA_LAST_BLOCK='((size_t) 1)' -DARENA_OWN_ARRAY='((size_t) 1)'

build/t/faults: t/c/faults.c src/mail/arena.c build/libbounce-asan.a $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(SANITIZE) $(SMALL_BLOCKS) -o $@ $(filter %.c %.a,$^) $(DEPS_LIBS)

build/t/faults_in_malloc: t/c/faults.c src/mail/arena.c build/libbounce.a $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(SMALL_BLOCKS) -DFAULTS_IN_MALLOC -fno-builtin -o $@ $(filter %.c %.a,$^) $(DEPS_LIBS)

faults: build/t/faults build/t/faults_in_malloc
	@status=0; \
	for program in $^; do scripts/tap $$program $(MAILS) samples/json || status=1; done; \
	exit $$status

platforms: $(TABLES) $(IDS)
	@scripts/tap t/platforms "$(LIB_SRCS)" $(MAILS) samples/json

# The fuzz targets and, for them, the library once more: clang counts what runs
# (fuzz/steps.h), and libFuzzer steers by it.
FUZZ_CC = clang
FUZZ_SRCS = $(sort $(wildcard fuzz/*.c))
ifneq ($(shell $(PKG_CONFIG) --exists gmime-3.0 && echo yes),yes)
FUZZ_SRCS := $(filter-out fuzz/mime.c,$(FUZZ_SRCS))
endif
FUZZ_TARGETS = $(FUZZ_SRCS:%.c=build/%)
FUZZ_CFLAGS = -std=gnu11 $(WARNINGS) -O1 -g $(INCLUDES) -fsanitize=address,undefined -fno-sanitize-recover=all

build/fuzz/lib/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -fsanitize-coverage=trace-pc -c -o $@ $<
	objcopy --redefine-sym __sanitizer_cov_trace_pc=count_step $@

$(FUZZ_TARGETS): build/fuzz/%: fuzz/%.c $(wildcard fuzz/*.h t/c/promises.h) $(LIB_SRCS:%.c=build/fuzz/lib/%.o)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(filter %.o,$^) $(DEPS_LIBS)

build/fuzz/mime: t/c/gmime_diff.c
build/fuzz/mime: FUZZ_CFLAGS += $(GMIME_CFLAGS)
build/fuzz/mime: DEPS_LIBS += $(GMIME_LIBS)

# The data compiler's own parts; its main file is part of the target.
DATAC_PARTS = $(filter-out src/datac/datac.c,$(sort $(wildcard src/datac/*.c)))
build/fuzz/datac: src/datac/datac.c $(DATAC_PARTS:%.c=build/fuzz/lib/%.o)

fuzz: $(FUZZ_TARGETS)
	@SECONDS_EACH="$(SECONDS)" TARGETS="$(TARGETS)" RUNS="$(RUNS)" scripts/tap fuzz/run

# The library once more, without optimisation and with counters in each branch
# (docs/coverage.md), and the tests and readers that are run on it.
COVERAGE_CC = gcc
COVERAGE_GCOV = gcov
ROOMS ?= src/mail src/report
COVERAGE_CFLAGS = $(filter-out -O2 $(WARNINGS),$(LIB_CFLAGS)) -O0
COVERAGE_PROGRAMS = $(patsubst t/c/%.c,build/coverage/t/%,$(sort $(wildcard t/c/test_*.c t/c/read_all.c t/c/line_ends.c))) \
	build/coverage/t/faults build/coverage/t/faults_in_malloc
ifeq ($(shell $(PKG_CONFIG) --exists gmime-3.0 && echo yes),yes)
COVERAGE_PROGRAMS += build/coverage/t/gmime_diff
build/coverage/t/gmime_diff: INCLUDES += $(GMIME_CFLAGS)
build/coverage/t/gmime_diff: DEPS_LIBS += $(GMIME_LIBS)
endif

build/coverage/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(COVERAGE_CC) $(COVERAGE_CFLAGS) --coverage -c -o $@ $<

build/coverage/libbounce.a: $(LIB_SRCS:%.c=build/coverage/%.o)
	rm -f $@
	ar rcs $@ $^

build/coverage/t/%: t/c/%.c build/coverage/libbounce.a $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(COVERAGE_CC) $(COVERAGE_CFLAGS) --coverage -o $@ $< build/coverage/libbounce.a $(DEPS_LIBS)

build/coverage/t/faults: t/c/faults.c src/mail/arena.c build/coverage/libbounce.a $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(COVERAGE_CC) $(COVERAGE_CFLAGS) $(SMALL_BLOCKS) --coverage -o $@ $(filter %.c %.a,$^) $(DEPS_LIBS)

build/coverage/t/faults_in_malloc: t/c/faults.c src/mail/arena.c build/coverage/libbounce.a $(HEADERS) $(wildcard t/c/*.h)
	@mkdir -p $(@D)
	$(COVERAGE_CC) $(COVERAGE_CFLAGS) $(SMALL_BLOCKS) -DFAULTS_IN_MALLOC -fno-builtin --coverage -o $@ $(filter %.c %.a,$^) $(DEPS_LIBS)

COVERAGE = scripts/coverage --fresh
COVERAGE_RUNS = build/coverage $(filter-out %/read_all %/line_ends %/faults %/faults_in_malloc,$(COVERAGE_PROGRAMS)) \
	"build/coverage/t/faults samples/mail samples/json" "build/coverage/t/faults_in_malloc samples/mail" \
	"build/coverage/t/read_all samples/mail samples/json" "build/coverage/t/line_ends samples/mail"

coverage: $(COVERAGE_PROGRAMS)
	@GCOV="$(COVERAGE_GCOV)" MAILS=samples/mail $(COVERAGE) $(addprefix --list ,$(ROOMS)) $(COVERAGE_RUNS)

# What make check asks of it: t/floors-coverage.
ifeq ($(shell $(COVERAGE_GCOV) --help 2>/dev/null | grep -e --stdout),)
coverage-floor:
	@scripts/tap echo "1..0 # SKIP there is no gcov that writes to standard output"
else
coverage-floor: $(COVERAGE_PROGRAMS)
	@GCOV="$(COVERAGE_GCOV)" MAILS=samples/mail scripts/tap $(COVERAGE) --floor t/floors-coverage $(COVERAGE_RUNS)
endif

tap:
	@status=0; \
	for test in $(sort $(wildcard t/*.t)); do scripts/tap perl $$test || status=1; done; \
	exit $$status

include t/checkers.mk

endif

# Last, because PGXS has a "check" too.
ifneq ($(filter $(SCRIPTED),$(MAKECMDGOALS)),)
demo psql check:
	@scripts/$@

bench:
	@bench/run $(if $(SAVE),--save) $(MAILS)

sanitized:
	@scripts/sanitized-server asan

valgrind:
	@scripts/sanitized-server valgrind

growth:
	@bench/growth $(if $(SAVE),--save) $(SHAPES)
endif
