# hello.S: a RISC-V program with text, read-only data, data and BSS, and no library. It copies
# "hello\n" to its BSS, writes it from there, and exits with 7 + argc.
#
# The four programs beside it are made of it with clang 14 and lld 14, which `make deps` does not
# install; WIDTH is 32 or 64, PIE is nothing or -pie:
#   clang --target=riscvWIDTH -march=rvWIDTHimac -mabi=ilp32 (lp64) -c hello.S -o hello.o
#   ld.lld -s -z noexecstack PIE hello.o -o rvWIDTHPIE.elf

#if __riscv_xlen == 64
#define LOAD ld
#define STORE sd
#define WORD .dword
#else
#define LOAD lw
#define STORE sw
#define WORD .word
#endif

    .globl _start
_start:
    lla a1, buffer
    lla a2, text
    mv a3, a1
copy:
    lbu a4, 0(a2)
    sb a4, 0(a3)
    addi a2, a2, 1
    addi a3, a3, 1
    bnez a4, copy
    lla a2, counter
    LOAD a4, 0(a2)
    LOAD a5, 0(sp) # argc
    add s0, a4, a5
    STORE s0, 0(a2)
    li a0, 1
    li a2, 6
    li a7, 64 # write
    ecall
    mv a0, s0
    li a7, 93 # exit
    ecall

    .section .rodata
text:
    .asciz "hello\n"

    .data
    .balign 8
counter:
    WORD 7

    .bss
buffer:
    .space 10000
