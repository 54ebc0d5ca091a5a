# footfall: people per minute out of recordings.
#
#   make            build/footfall                make demo       analyse a real recording
#   make test       all tests                     make check      all tests under sanitizers
#   make install    PREFIX= DESTDIR=              make bench      speed, compared
#
# B is the build folder; each sanitizer builds in its own (B=build/asan SAN=address,undefined).

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
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CPPFLAGS += -Iinclude -D_GNU_SOURCE -DFOOTFALL_VERSION='"$(VERSION)"' -DFOOTFALL_PREFIX='"$(PREFIX)"' -MMD -MP
CFLAGS += -std=c17 $(OPT) $(WARN) -pthread $(SANFLAGS) $(PKG_CFLAGS)
CXXFLAGS += -std=c++17 $(OPT) $(WARN) -pthread $(SANFLAGS)
LDFLAGS += -pthread $(SANFLAGS)
LDLIBS := $(PKG_LIBS) -lm

# Everything but main and the bridge is one archive; main.o and a bridge (the real one or the
# tests' stand-in) make a program of it.
CORE_SRC := $(filter-out src/cli/main.c,$(wildcard src/*/*.c))
CORE_OBJ := $(CORE_SRC:%.c=$(B)/%.o)
BRIDGE_OBJ := $(B)/src/vision/vision.o
FAKE_OBJ := $(B)/tests/fake/vision_fake.o
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
# Programs that the tests use to make their own input.
GEN_SRC := $(wildcard tests/gen/*.c)
GEN_BIN := $(GEN_SRC:%.c=$(B)/%)

.PHONY: all clean
all: $(B)/footfall

$(B)/footfall: $(B)/src/cli/main.o $(BRIDGE_OBJ) $(B)/core.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(OPENCV_LIBS) $(LDLIBS)

$(B)/footfall-fake: $(B)/src/cli/main.o $(FAKE_OBJ) $(B)/core.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/core.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(OPENCV_INCLUDE) -c -o $@ $<

# Unit tests run without OpenCV: they link the stand-in bridge.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(FAKE_OBJ) $(B)/core.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(B)/tests/gen/%: $(B)/tests/gen/%.o $(BRIDGE_OBJ) $(B)/core.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(OPENCV_LIBS) $(LDLIBS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	rm -rf build build-*
