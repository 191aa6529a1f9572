/* preset.h: the parameters of an MMU from the command line: NAME or NAME:PARAM=VALUE,...
 *
 * Layer: host. NAME is a preset, PARAM a parameter (model/arch/atlas_presets.def) in capitals,
 * VALUE a decimal number.
 */
#ifndef ATLAS_PRESET_H
#define ATLAS_PRESET_H

#include "scan.h"
#include "mmu_port.h"

/* The presets' names, for a message: "tiny, rv32, rv64 or full". */
#define PRESET_NAMES "tiny, rv32, rv64 or full"

/* Parse `text`; all parameters together are legal.
 *
 *   params  out  the parameters; meaningless on failure
 *   error   out  on failure a sentence [array, SCAN_ERROR]: what is wrong, what was expected
 *
 * Returns whether it is a preset. */
bool preset_parse(struct atlas_params *params, const char *text, char error[SCAN_ERROR]);

/* Can an MMU with these parameters do satp.MODE `mode`? Bare: always. */
bool preset_has_mode(const struct atlas_params *params, unsigned mode);

#endif
