/* whole_file.h: a file that is written completely or not at all.
 *
 * Layer: host. The text goes to a new file beside it, which then takes its name; what was there
 * stays until then.
 */
#ifndef ATLAS_WHOLE_FILE_H
#define ATLAS_WHOLE_FILE_H

#include <stdbool.h>

/* Can a file be written there? To be asked before long work; nothing that is there changes. Returns
 * false after reporting why not. */
bool whole_file_check(const char *path);

/* Write `text`, with a newline at its end. Returns false after reporting why not. */
bool whole_file_save(const char *path, const char *text);

#endif
