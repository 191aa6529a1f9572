/* main.c: atlas, one program with a command for each thing it does. */
#define _GNU_SOURCE /* argp, asprintf */

#include "atlas.h"
#include "commands.h"
#include "report.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "atlas " ATLAS_VERSION;

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
} commands[] = {
    {"run", cmd_run, "a real program, every access translated and compared"},
    {"vectors", cmd_vectors, "golden single-translation vectors"},
    {"replay", cmd_replay, "translation traces of a whole operating system"},
    {"walk", cmd_walk, "one translation shown step by step"},
    {"bench", cmd_bench, "measurements, beside what they are compared with"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* What the command line asks for. */
struct asked {
    const struct command *command;
    int argc; /* the command's arguments, with its name */
    char **argv;
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct asked *asked = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        asked->command = find_command(arg);
        if (asked->command == NULL)
            argp_error(state, "no command '%s', expected one of those that --help lists", arg);
        asked->argc = state->argc - state->next + 1;
        asked->argv = &state->argv[state->next - 1];
        state->next = state->argc; /* the rest is the command's */
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no command, expected one of those that --help lists");
        return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* The list of commands, after the text of --help. argp frees what it gets. */
static char *add_commands(int key, const char *text, void *input)
{
    char *list = NULL;
    size_t len = 0;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC || (out = open_memstream(&list, &len)) == NULL)
        return (char *)text;
    fputs("Commands:\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].text);
    fputs("\nExit status: 0 all is well, 1 mismatches, 2 bad input or usage. "
          "`atlas COMMAND --help` lists a command's options.",
          out);
    fclose(out);
    return list;
}

static const struct argp argp = {.parser = parse_option,
                                 .args_doc = "COMMAND [ARG...]",
                                 .doc = "Atlas: an MMU in Verilog and in C, held against each "
                                        "other.\v",
                                 .help_filter = add_commands};

int main(int argc, char **argv)
{
    struct asked asked = {0};
    char *name;
    int status;

    argp_err_exit_status = EXIT_BAD_INPUT;
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &asked);
    if (asprintf(&name, "atlas %s", asked.command->name) < 0)
        report_out_of_memory();
    asked.argv[0] = name;
    status = asked.command->run(asked.argc, asked.argv);
    free(name);
    if (fflush(stdout) != 0) {
        report_problem("standard output", 0, "cannot write: %s", strerror(errno));
        status = EXIT_BAD_INPUT;
    }
    return status;
}
