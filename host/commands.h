/* commands.h: the commands of atlas. Adding one is a file cmd_NAME.c and a row in main.c.
 *
 * Layer: host. A command gets its own arguments, argv[0] being "atlas NAME", and returns the exit
 * status (report.h). It parses them with argp, which ends the program with status 2 by itself.
 */
#ifndef ATLAS_COMMANDS_H
#define ATLAS_COMMANDS_H

int cmd_run(int argc, char **argv);
int cmd_vectors(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_walk(int argc, char **argv);
int cmd_bench(int argc, char **argv);

#endif
