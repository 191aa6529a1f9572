/* program.c: see program.h. */
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool runnable(const char *path, char error[PROGRAM_ERROR])
{
    struct stat st;

    if (stat(path, &st) != 0)
        snprintf(error, PROGRAM_ERROR, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        snprintf(error, PROGRAM_ERROR, "%s: is no regular file, expected a program", path);
    else if (access(path, X_OK) != 0)
        snprintf(error, PROGRAM_ERROR, "%s: is not executable", path);
    else if (access(path, R_OK) != 0)
        snprintf(error, PROGRAM_ERROR, "%s: cannot be read, which valgrind must", path);
    else
        return true;
    return false;
}

/* The path of a program that is named without a slash. */
static bool search(char path[PATH_MAX], const char *program, char error[PROGRAM_ERROR])
{
    const char *dir = getenv("PATH");

    for (; dir != NULL && *dir != '\0'; dir += strspn(dir, ":")) {
        int len = (int)strcspn(dir, ":");

        snprintf(path, PATH_MAX, "%.*s/%s", len, dir, program);
        if (runnable(path, error))
            return true;
        dir += len;
    }
    snprintf(error, PROGRAM_ERROR, "%s: no such program in PATH", program);
    return false;
}

static size_t read_head(const char *path, void *head, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t got = file != NULL ? fread(head, 1, size, file) : 0;

    if (file != NULL)
        fclose(file);
    return got;
}

/* Width of an ELF file's addresses; 0 if this machine cannot run it. */
static unsigned elf_bits(const Elf64_Ehdr *e, const Elf64_Ehdr *self)
{
    bool same = e->e_machine == self->e_machine;

    if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
        return 0;
    if (e->e_ident[EI_CLASS] == ELFCLASS64 && same)
        return 64;
    if (e->e_ident[EI_CLASS] == ELFCLASS32 && (same || self->e_machine == EM_X86_64))
        return 32;
    return 0;
}

bool program_check(unsigned *bits, const char *program, char error[PROGRAM_ERROR])
{
    char path[PATH_MAX];
    Elf64_Ehdr head = {0}, self = {0};

    if (strchr(program, '/') == NULL) {
        if (!search(path, program, error))
            return false;
    } else if (!runnable(program, error)) {
        return false;
    } else {
        snprintf(path, sizeof path, "%s", program);
    }
    read_head(path, &head, sizeof head);
    read_head("/proc/self/exe", &self, sizeof self);
    *bits = 0;
    if (head.e_ident[0] == '#' && head.e_ident[1] == '!')
        return true;
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) == 0)
        *bits = elf_bits(&head, &self);
    if (*bits == 0)
        snprintf(error, PROGRAM_ERROR, "%s: neither a program for this machine nor a script", path);
    return *bits != 0;
}
