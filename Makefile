# footfall: people per minute out of recordings.
#
#   make            build/footfall                make demo       analyse a real recording
#   make test       all tests                     make check      all tests under sanitizers
#   make install    PREFIX= DESTDIR=              make bench      speed, compared
#   make fuzz       T=probe                       make setup      install what the build needs
#
# demo, test, check and bench install what is missing from Debian's packages (src/setup.sh says
# what it does); the others never do.  B is the build folder; each sanitizer builds in its own
# (B=build/asan SAN=address,undefined).

PREFIX ?= /usr/local
B ?= build
CC ?= cc
CXX ?= c++
OPT ?= -O2 -g
SAN ?=

VERSION := 0.1.0

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# OpenCV's own headers do not pass -Wconversion, so they are system headers to the bridge.
OPENCV_INCLUDE := $(shell pkg-config --cflags-only-I opencv4 2>/dev/null | sed 's/-I/-isystem /g')
ifeq ($(OPENCV_INCLUDE),)
OPENCV_INCLUDE := -isystem /usr/include/opencv4
endif
OPENCV_LIBS := $(shell pkg-config --libs-only-L opencv4 2>/dev/null) \
	-lopencv_dnn -lopencv_videoio -lopencv_imgcodecs -lopencv_imgproc -lopencv_core
PKGS := sqlite3 libconfig zlib
# oneDNN runs our own layers of the networks: optional (ONEDNN=no does without).  Debian 12's has no
# pkg-config file.
ONEDNN ?= $(shell if pkg-config --exists dnnl 2>/dev/null || \
	echo '#include <oneapi/dnnl/dnnl.h>' | $(CC) -E -x c - >/dev/null 2>&1; then echo yes; else echo no; fi)
# Looked for once, not for every object.
ONEDNN := $(ONEDNN)
ONEDNN_LIBS := $(if $(filter yes,$(ONEDNN)),-ldnnl -ldl)
# Other parts that one can do without: each is in when pkg-config knows it (AV=no and so on does
# without): streams from cameras, the live page, uploads, systemd.
has = $(shell if pkg-config --exists $(1) 2>/dev/null; then echo yes; else echo no; fi)
AV_PKGS := libavformat libavcodec libavutil libswscale
AV ?= $(call has,$(AV_PKGS))
MICROHTTPD ?= $(call has,libmicrohttpd)
CURL ?= $(call has,libcurl)
SYSTEMD ?= $(call has,libsystemd)
AV := $(AV)
MICROHTTPD := $(MICROHTTPD)
CURL := $(CURL)
SYSTEMD := $(SYSTEMD)
# The library itself does not tell.
SYSTEMD_VERSION := $(if $(filter yes,$(SYSTEMD)),$(shell pkg-config --modversion libsystemd))
PKGS += $(if $(filter yes,$(AV)),$(AV_PKGS)) $(if $(filter yes,$(MICROHTTPD)),libmicrohttpd) \
	$(if $(filter yes,$(CURL)),libcurl) $(if $(filter yes,$(SYSTEMD)),libsystemd)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CPPFLAGS += $(if $(filter yes,$(ONEDNN)),-DFOOTFALL_ONEDNN) $(if $(filter yes,$(AV)),-DFOOTFALL_AV) \
	$(if $(filter yes,$(MICROHTTPD)),-DFOOTFALL_MICROHTTPD) $(if $(filter yes,$(CURL)),-DFOOTFALL_CURL) \
	$(if $(filter yes,$(SYSTEMD)),-DFOOTFALL_SYSTEMD='"$(SYSTEMD_VERSION)"')
CPPFLAGS += -Iinclude -D_GNU_SOURCE -DFOOTFALL_VERSION='"$(VERSION)"' -DFOOTFALL_PREFIX='"$(PREFIX)"' -MMD -MP
CFLAGS += -std=c17 $(OPT) $(WARN) -pthread $(SANFLAGS) $(PKG_CFLAGS)
CXXFLAGS += -std=c++17 $(OPT) $(WARN) -pthread $(SANFLAGS)
LDFLAGS += -pthread $(SANFLAGS)
LDLIBS := $(PKG_LIBS) $(ONEDNN_LIBS) -lm

# Everything but main and the bridge is one archive; main.o and a bridge (the real one or the
# tests' stand-in) make a program of it.
CORE_SRC := $(filter-out src/cli/main.c,$(wildcard src/*/*.c))
# Those that are of no use without oneDNN.
ifneq ($(ONEDNN),yes)
CORE_SRC := $(filter-out src/fast/onednn%.c src/fast/quant.c src/fast/observe.c src/fast/run.c src/fast/script%.c src/fast/slide%.c src/fast/rows%.c,$(CORE_SRC))
endif
CORE_OBJ := $(CORE_SRC:%.c=$(B)/%.o) $(B)/src/serve/page_data.o
# The live page's own files, in the program.
PAGE := src/serve/page.html src/serve/page.css src/serve/page.js
BRIDGE_OBJ := $(B)/src/vision/vision.o
FAKE_OBJ := $(B)/tests/fake/vision_fake.o
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
# Programs that the tests use to make their own input.
GEN_SRC := $(wildcard tests/gen/*.c)
GEN_BIN := $(GEN_SRC:%.c=$(B)/%)
# cmocka programs on the real bridge, which tests/e2e/vision.sh runs.
E2E_SRC := $(wildcard tests/e2e/test_*.c)
E2E_BIN := $(E2E_SRC:%.c=$(B)/%)
# Fuzz targets; replay.c runs one of them on given files, for make test.
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:%.c=$(B)/%)

# V=1 shows the commands themselves.
V ?=
Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-3s %s\n' $(1) $@)

.PHONY: all need s3-test-server setup demo test check bench fuzz install uninstall clean
.PHONY: demo-run test-run test-programs fake-programs bench-run train-data train-pf train-gender
all: $(B)/footfall

$(B)/footfall: $(B)/src/cli/main.o $(BRIDGE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(OPENCV_LIBS) $(LDLIBS)

$(B)/footfall-fake: $(B)/src/cli/main.o $(FAKE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/core.a: $(CORE_OBJ)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(B)/%.o: %.c $(B)/flags | need
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/src/serve/page_data.c: src/serve/embed.sh $(PAGE)
	@mkdir -p $(@D)
	$(Q)sh src/serve/embed.sh $(PAGE) >$@.part
	@mv $@.part $@

$(B)/src/serve/page_data.o: $(B)/src/serve/page_data.c $(B)/flags | need
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/%.o: %.cpp $(B)/flags | need
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(OPENCV_INCLUDE) -c -o $@ $<

# Unit tests run without OpenCV: they link the stand-in bridge.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(FAKE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(B)/tests/gen/%: $(B)/tests/gen/%.o $(BRIDGE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(OPENCV_LIBS) $(LDLIBS)

$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(BRIDGE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ -lcmocka $(OPENCV_LIBS) $(LDLIBS)

$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(if $(FUZZING),,$(B)/tests/fuzz/replay.o) $(FAKE_OBJ) $(B)/core.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) $(FUZZING) -o $@ $^ $(LDLIBS)

# Other compilers and flags (PREFIX is one of them) make everything anew.
COMMANDS := $(CC) $(CXX) $(CPPFLAGS) $(CFLAGS) $(CXXFLAGS) $(LDFLAGS)
ifneq ($(shell cat $(B)/flags 2>/dev/null),$(strip $(COMMANDS)))
.PHONY: $(B)/flags
endif
$(B)/flags: export FLAGS_NOW = $(strip $(COMMANDS))
$(B)/flags:
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS_NOW" >$@

# Names what is missing with the command that installs it; installs nothing.
need:
	@CC='$(CC)' CXX='$(CXX)' sh src/setup.sh --check build

# What setup installs changes what pkg-config answers above, so whatever follows it is a make of
# its own.
AGAIN = $(MAKE) --no-print-directory
JOBS := $(shell nproc 2>/dev/null || echo 1)
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

# An S3 server out of the npm registry, for the test of uploads, which does without it when it is not there.
s3-test-server:
	npm install --no-audit --no-fund --prefix '$(B)/s3' s3rver

setup:
	@sh src/setup.sh build fast live test fetch

demo:
	@CC='$(CC)' CXX='$(CXX)' sh src/setup.sh build fast live
	+@$(AGAIN) $(PARALLEL) all
	+@$(AGAIN) demo-run

demo-run: all
	@sh src/demo.sh $(B)/footfall $(B)

# SUITES: which of unit, fuzz, cli, e2e; all of them when empty.
SUITES ?=
SUITE_PROGRAMS = $(if $(filter-out unit fuzz cli,$(or $(SUITES),all)),test-programs,fake-programs)

test:
	@CC='$(CC)' CXX='$(CXX)' sh src/setup.sh build fast live test
	+@$(AGAIN) $(PARALLEL) $(SUITE_PROGRAMS)
	+@$(AGAIN) test-run

test-programs: $(B)/footfall $(E2E_BIN) $(GEN_BIN) fake-programs
# Those that need no OpenCV.
fake-programs: $(B)/footfall-fake $(UNIT_BIN) $(FUZZ_BIN)

test-run: $(SUITE_PROGRAMS)
	@bash tests/run.sh $(B) $(SUITES)

# Under the thread sanitizer everything but the real bridge: it sees races only in what it has
# instrumented, and in OpenCV's own threads, which it has not, it would see ghosts.
check:
	@CC='$(CC)' CXX='$(CXX)' sh src/setup.sh build fast live test
	+@$(AGAIN) $(PARALLEL) B=$(B)/asan SAN=address,undefined OPT='-O1 -g' test-programs
	+@$(AGAIN) B=$(B)/asan SAN=address,undefined OPT='-O1 -g' test-run
	+@$(AGAIN) $(PARALLEL) B=$(B)/tsan SAN=thread OPT='-O1 -g' fake-programs
	+@$(AGAIN) B=$(B)/tsan SAN=thread OPT='-O1 -g' SUITES='unit cli' test-run

bench:
	@CC='$(CC)' CXX='$(CXX)' sh src/setup.sh build fast live
	+@$(AGAIN) $(PARALLEL) all
	+@$(AGAIN) bench-run

bench-run: all
	@bash eval/bench.sh $(B)/footfall

# Training our own networks: models/train/README.md tells what DATA, LISTS and TEACHERS hold.
PYTHON ?= python3
WORK ?= build/train
ARGS ?=
TRAIN = $(PYTHON) models/train/$(1) --data '$(DATA)' --lists '$(LISTS)' --teachers '$(TEACHERS)' --work '$(WORK)/$(2)' $(ARGS)
given = $(foreach v,$(1),$(if $($(v)),,$(error $(v)= is needed: see models/train/README.md)))
train-data:
	$(call given,DATA)
	@sh models/train/data.sh '$(DATA)'
train-pf:
	$(call given,DATA LISTS TEACHERS)
	$(call TRAIN,pf_train.py,pf)
train-gender:
	$(call given,DATA LISTS TEACHERS)
	$(call TRAIN,gender_train.py,gender)

# For as long as you let it; what it finds is written to build/fuzz, what it learns to a corpus there.
T ?=
fuzz:
	@[ -f 'tests/fuzz/fuzz_$(T).c' ] || { echo "make fuzz T=NAME, NAME one of:" \
		$(FUZZ_SRC:tests/fuzz/fuzz_%.c=%) >&2; exit 2; }
	+@$(AGAIN) $(PARALLEL) B=$(B)/fuzz CC=clang CXX=clang++ SAN=fuzzer-no-link,address,undefined \
		FUZZING=-fsanitize=fuzzer $(B)/fuzz/tests/fuzz/fuzz_$(T)
	@mkdir -p $(B)/fuzz/corpus/$(T)
	cd $(B)/fuzz && ./tests/fuzz/fuzz_$(T) $(FUZZ_ARGS) corpus/$(T) $(wildcard $(CURDIR)/tests/fuzz/corpus/$(T))

# What install puts in place is what uninstall removes, and nothing else.
D = $(DESTDIR)$(PREFIX)
INSTALLED = bin/footfall share/footfall/models/registry.cfg share/man/man1/footfall.1 \
	share/bash-completion/completions/footfall share/zsh/site-functions/_footfall \
	share/doc/footfall/LICENSE share/doc/footfall/live.cfg lib/systemd/system/footfall.service $(addprefix share/footfall/,$(OWN))
# Our own networks, their cards, and the record of how they were trained.
OWN := $(wildcard models/own/*.onnx models/footfall-*.md models/ledger.jsonl)

install: all $(B)/completion.bash $(B)/completion.zsh $(B)/footfall.service
	@mkdir -p $(addprefix "$(D)"/,$(sort $(dir $(INSTALLED))))
	install -m 755 $(B)/footfall "$(D)/bin/footfall"
	install -m 644 models/registry.cfg "$(D)/share/footfall/models/registry.cfg"
	@for f in $(OWN); do echo install $$f; install -m 644 $$f "$(D)/share/footfall/$$f" || exit; done
	install -m 644 src/footfall.1 "$(D)/share/man/man1/footfall.1"
	install -m 644 LICENSE "$(D)/share/doc/footfall/LICENSE"
	install -m 644 src/footfall-live.cfg "$(D)/share/doc/footfall/live.cfg"
	install -m 644 $(B)/footfall.service "$(D)/lib/systemd/system/footfall.service"
	install -m 644 $(B)/completion.bash "$(D)/share/bash-completion/completions/footfall"
	install -m 644 $(B)/completion.zsh "$(D)/share/zsh/site-functions/_footfall"

$(B)/completion.%: $(B)/footfall
	$< completion $* >$@.part
	@mv $@.part $@

# PREFIX is one of the flags, and so is SYSTEMD: without it nobody would tell that the start is over.
$(B)/footfall.service: src/footfall.service $(B)/flags
	$(Q)sed -e 's|@BINDIR@|$(PREFIX)/bin|' \
		$(if $(filter yes,$(SYSTEMD)),,-e 's/^Type=notify/Type=exec/' -e '/^WatchdogSec=/d') $< >$@

uninstall:
	rm -f $(addprefix "$(D)"/,$(INSTALLED))
	@rmdir "$(D)/share/footfall/models/own" 2>/dev/null || true
	@rmdir "$(D)/share/footfall/models" "$(D)/share/footfall" "$(D)/share/doc/footfall" 2>/dev/null || true

clean:
	rm -rf build build-*

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
