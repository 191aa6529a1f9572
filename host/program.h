/* program.h: can this program be run, and how wide are its addresses?
 *
 * Layer: host.
 */
#ifndef ATLAS_PROGRAM_H
#define ATLAS_PROGRAM_H

#include <stdbool.h>

enum { PROGRAM_ERROR = 4200 }; /* a path has at most 4096 bytes */

/* Can `program` be run: found (in PATH, unless its name has a slash), readable, executable, an ELF
 * file of this machine or a script?
 *
 *   bits   out  64 or 32: width of its addresses; 0 for a script
 *   error  out  a sentence if not [array, PROGRAM_ERROR]
 */
bool program_check(unsigned *bits, const char *program, char error[PROGRAM_ERROR]);

#endif
