# synth_harness.awk: from what yosys' `portlist -m dut` prints, the Verilog module `harness`: the
# module dut (clock: clk) with a flip-flop before each of its inputs and after each of its outputs,
# so that all its paths run from register to register, and three pins. The event and read-back
# ports (ev_, rb_), dead with OBSERVE = 0, are left out.
#
# The inputs are a shift register. The outputs end in a tree of registered XOR gates: q[i] for the
# outputs, then q[PADDED + i], the XOR of q[4 i + 3 .. 4 i]; the last one is the pin. It takes less
# of the part than a second shift register would, and is never the longest path.
function connect(to, name) {
    connections = connections sprintf(",\n        .%s(%s)", name, to)
}
function slice(vector, from) { return sprintf("%s[%d:%d]", vector, from + width - 1, from) }
$1 == "input" || $1 == "output" {
    split($2, range, /[\[:\]]/)
    width = range[2] + 1
    name = $3
    sub(/,$/, "", name)
    if (name == "clk") next
    if ($1 == "output") {
        if (name ~ /^(ev|rb)_/) next
        connect(slice("out", outs), name)
        outs += width
    } else if (name ~ /^rb_/) {
        connect(width "'d0", name)
    } else {
        connect(slice("in", ins), name)
        ins += width
    }
}
END {
    padded = outs + (outs % 3 == 0 ? 1 : outs % 3 == 2 ? 2 : 0)
    gates = (padded - 1) / 3
    print  "module harness(input clk, input si, output so);"
    printf "    (* keep *) reg [%d:0] in;\n", ins - 1
    printf "    (* keep *) reg [%d:0] q;\n", padded + gates - 1
    printf "    wire [%d:0] out;\n", padded - 1
    print  "    integer i;"
    print  "    always @(posedge clk) begin"
    printf "        in <= {in[%d:0], si};\n", ins - 2
    printf "        q[%d:0] <= out;\n", padded - 1
    printf "        for (i = 0; i < %d; i = i + 1) q[%d + i] <= ^q[4 * i +: 4];\n", gates, padded
    print  "    end"
    if (padded > outs) printf "    assign out[%d:%d] = 0;\n", padded - 1, outs
    printf "    assign so = q[%d];\n", padded + gates - 1
    printf "    dut u(.clk(clk)%s);\nendmodule\n", connections
}
