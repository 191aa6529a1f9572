/* bug.h: a broken promise inside the model stops it. Layer: base; knows nothing.
 *
 * VM_BUG(cond) is for what no input can cause: cond true is a mistake in the program. It stays
 * on in every build. Beside a libc, vm_bug prints one line and aborts (bug.c); on bare metal
 * the board supplies vm_bug; a test may supply its own to see that a bug is noticed.
 */
#ifndef ATLAS_BUG_H
#define ATLAS_BUG_H

_Noreturn void vm_bug(const char *what, const char *file, int line);

#define VM_BUG(cond) ((cond) ? vm_bug(#cond, __FILE__, __LINE__) : (void)0)

#endif
