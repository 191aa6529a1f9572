#!/bin/bash
# check_paths.sh PRESET...: which inputs reach which outputs without a register between? A core's
# clock must not be bound to the MMU's, so no input reaches an answer or a ready. What may:
#   s_kill_* to m_mem_req_valid   nothing new is asked of memory for a request that is killed now
#   cfg_satp to cfg_satp_ok, and ctr_sel to ctr_value, which say so
set -u
source_dir=${RTL:-rtl}
sources=$(ls "$source_dir"/*.v "$source_dir"/lib/*.v | grep -v example_tb | tr '\n' ' ')
out=build/check_paths
mkdir -p $out

# paths NAME INPUTS: the outputs that INPUTS reach, into $out/PRESET.NAME.
paths() {
    echo "select -set from $2; select -set reached @from %coe*:-\$dff,\$dffe,\$sdff,\$sdffe,\$sdffce,\$mem_v2 o:* %i
        tee -q -o $out/$preset.$1 select -list @reached"
}
status=0
for preset; do
    yosys -q -p "read_verilog -I$source_dir $sources
        chparam $(build/gen chparam "$preset") -set OBSERVE 0 -set CTR_BITS 4 atlas_mmu
        prep -flatten -top atlas_mmu
        $(paths kill 'i:s_kill_*')
        $(paths satp 'i:cfg_satp i:ctr_sel')
        $(paths rest 'i:s_req_* i:s_rsp_* i:s_fence_* i:m_mem_* i:cfg_* i:cfg_satp %d')" >$out/$preset.log 2>&1 ||
        { cat $out/$preset.log; exit 1; }
    for allowed in kill:m_mem_req_valid satp:cfg_satp_ok,ctr_value rest:; do
        found=$(sed 's/.*\///' $out/$preset.${allowed%%:*} | grep -vxE "$(echo "${allowed#*:}" | tr ',' '|')" | tr '\n' ' ')
        if [ -n "${found// /}" ]; then
            echo "check-paths: $preset: the inputs of '${allowed%%:*}' reach $found without a register" >&2
            status=1
        fi
    done
done
[ $status -eq 0 ] && echo "check-paths: no input reaches an answer or a ready without a register"
exit $status
