/* bench_presets.c: which presets a table of `atlas bench` is about. */
#include <string.h>

#include "bench.h"
#include "preset.h"
#include "report.h"

const char *const *bench_presets(const char *const *presets)
{
    static const char *const all[] = {
#define PRESET(name, ...) #name,
#include "arch/atlas_presets.def"
        NULL};

    return presets[0] == NULL ? all : presets;
}

bool bench_preset(struct atlas_params *params, int *width, const char *name)
{
    char error[SCAN_ERROR];

    if ((int)strlen(name) > *width)
        *width = (int)strlen(name);
    if (preset_parse(params, name, error))
        return true;
    report_problem(NULL, 0, "bench: --preset: %s", error);
    return false;
}
