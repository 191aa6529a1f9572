/* preset.c: see preset.h. */
#include "preset.h"
#include "atlas.h"

#include <stdio.h>
#include <string.h>

/* The member of *params that is called name; NULL if there is none. */
static unsigned *find_param(struct atlas_params *params, const char *name, size_t len)
{
    const struct {
        const char *name;
        unsigned *value;
    } rows[] = {
#define PARAM(NAME, member, min, max, def, text) {#NAME, &params->member},
#include "arch/atlas_presets.def"
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return rows[i].value;
    return NULL;
}

static bool parse_value(unsigned *value, const char *text, size_t len)
{
    uint64_t v = 0;

    if (len == 0 || len > 9)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (scan_digit[(unsigned char)text[i]] > 9)
            return false;
        v = v * 10 + scan_digit[(unsigned char)text[i]];
    }
    *value = (unsigned)v;
    return true;
}

/* One PARAM=VALUE of len bytes. */
static bool parse_setting(struct atlas_params *params, const char *text, size_t len,
                          char error[SCAN_ERROR])
{
    const char *equals = memchr(text, '=', len);
    size_t name = equals == NULL ? len : (size_t)(equals - text);
    unsigned *param = find_param(params, text, name);

    if (equals != NULL && param != NULL && parse_value(param, equals + 1, len - name - 1))
        return true;
    if (equals != NULL && param == NULL)
        snprintf(error, SCAN_ERROR, "no parameter '%.*s', expected XLEN, LEVELS, ... L1_SETS",
                 scan_shown(name), text);
    else
        snprintf(error, SCAN_ERROR, "'%.*s', expected PARAM=VALUE with a decimal number",
                 scan_shown(len), text);
    return false;
}

bool preset_parse(struct atlas_params *params, const char *text, char error[SCAN_ERROR])
{
    char name[SCAN_SHOWN + 1], why[SCAN_ERROR];
    size_t len = strcspn(text, ":");

    snprintf(name, sizeof name, "%.*s", scan_shown(len), text);
    if (!atlas_preset(name, params)) {
        snprintf(error, SCAN_ERROR, "no preset '%s', expected " PRESET_NAMES, name);
        return false;
    }
    for (const char *p = text + len; *p != '\0'; p += len) {
        p++; /* the ':' or ',' before the setting */
        len = strcspn(p, ",");
        if (!parse_setting(params, p, len, error))
            return false;
    }
    if (atlas_params_check(params, why, sizeof why) != NULL) {
        snprintf(error, SCAN_ERROR, "%.*s", SCAN_ERROR - 1, why);
        return false;
    }
    return true;
}

bool preset_has_mode(const struct atlas_params *params, unsigned mode)
{
    switch (mode) {
    case ATLAS_MODE_BARE: return true;
    case ATLAS_MODE_SV32: return params->xlen == 32;
    case ATLAS_MODE_SV39: return params->xlen == 64;
    case ATLAS_MODE_SV48: return params->xlen == 64 && params->levels >= 4;
    case ATLAS_MODE_SV57: return params->xlen == 64 && params->levels >= 5;
    default: return false;
    }
}
