/* child.c: see child.h. */
#define _GNU_SOURCE /* pipe2, personality */

#include "child.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* ---- Can it be run? ------------------------------------------------------------------------ */

static bool runnable(const char *path, char error[CHILD_ERROR])
{
    struct stat st;

    if (stat(path, &st) != 0)
        snprintf(error, CHILD_ERROR, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        snprintf(error, CHILD_ERROR, "%s: is no regular file, expected a program", path);
    else if (access(path, X_OK) != 0)
        snprintf(error, CHILD_ERROR, "%s: is not executable", path);
    else if (access(path, R_OK) != 0)
        snprintf(error, CHILD_ERROR, "%s: cannot be read, which valgrind must", path);
    else
        return true;
    return false;
}

/* The path of a program that is named without a slash. */
static bool search(char path[PATH_MAX], const char *program, char error[CHILD_ERROR])
{
    const char *dir = getenv("PATH");

    for (; dir != NULL && *dir != '\0'; dir += strspn(dir, ":")) {
        int len = (int)strcspn(dir, ":");

        snprintf(path, PATH_MAX, "%.*s/%s", len, dir, program);
        if (runnable(path, error))
            return true;
        dir += len;
    }
    snprintf(error, CHILD_ERROR, "%s: no such program in PATH", program);
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

bool child_check(unsigned *bits, const char *program, char error[CHILD_ERROR])
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
        snprintf(error, CHILD_ERROR, "%s: neither a program for this machine nor a script", path);
    return *bits != 0;
}

/* ---- Signals ------------------------------------------------------------------------------- */

static volatile sig_atomic_t group;          /* process group of the program, or 0        */
static volatile sig_atomic_t write_end = -1; /* Atlas's hold on the pipe that lackey opens */
static volatile sig_atomic_t stopped_by;
static bool has_terminal; /* standard input is a terminal, and Atlas was in its foreground */

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof stop_signals[0] };

static void close_write_end(void)
{
    int fd = write_end;

    write_end = -1;
    if (fd >= 0)
        close(fd);
}

static void on_stop(int sig)
{
    int kept = errno;

    stopped_by = sig;
    if (group > 0)
        kill(-group, SIGKILL);
    errno = kept;
}

static void find_terminal(void)
{
    has_terminal = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* The program was stopped from its terminal: stop with it, and go on with it. */
static void stop_too(void)
{
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, getpgrp());
    raise(SIGSTOP);
    find_terminal();
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, group);
    kill(-group, SIGCONT);
}

/* The program ended: what it left behind must not keep the pipe open. Its group cannot be
 * somebody else's, because the program has not been waited for. */
static void on_child(int sig)
{
    int kept = errno;
    siginfo_t info = {0};

    (void)sig;
    if (group > 0 && waitid(P_PID, (id_t)group, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == group) {
        if (info.si_code == CLD_STOPPED) {
            waitid(P_PID, (id_t)group, &info, WSTOPPED | WNOHANG);
            stop_too();
        } else {
            kill(-group, SIGKILL);
            close_write_end();
        }
    }
    errno = kept;
}

static void install(int sig, void (*handler)(int))
{
    struct sigaction action = {.sa_flags = SA_RESTART};

    action.sa_handler = handler;
    sigaction(sig, &action, NULL);
}

static void install_all(void)
{
    for (unsigned i = 0; i < STOP_SIGNALS; i++)
        install(stop_signals[i], on_stop);
    install(SIGCHLD, on_child);
    install(SIGTTOU, SIG_IGN); /* so that the terminal can be taken back */
}

static void restore_all(void)
{
    for (unsigned i = 0; i < STOP_SIGNALS; i++)
        install(stop_signals[i], SIG_DFL);
    install(SIGCHLD, SIG_DFL);
    install(SIGTTOU, SIG_DFL);
}

/* All signals of this file blocked, or as they were before. */
static void block(sigset_t *before)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, before);
}

int child_stopped_by(void)
{
    return stopped_by;
}

/* ---- Start and end ------------------------------------------------------------------------- */

/* valgrind's arguments before the program's own. */
static char **valgrind_argv(char *const argv[], char *log_option)
{
    static const char *const before[] = {
        "valgrind",        "--command-line-only=yes",    "--tool=lackey",
        "--trace-mem=yes", "--basic-counts=no",          "--vgdb=no",
        "--quiet",         "--child-silent-after-fork=yes"};
    static char dashes[] = "--";
    size_t fixed = sizeof before / sizeof before[0], count = 0;
    char **all;

    while (argv[count] != NULL)
        count++;
    all = malloc((fixed + count + 3) * sizeof all[0]);
    if (all == NULL)
        return NULL;
    memcpy(all, before, sizeof before);
    all[fixed] = log_option;
    all[fixed + 1] = dashes;
    memcpy(all + fixed + 2, argv, (count + 1) * sizeof argv[0]);
    return all;
}

/* In the new process: never returns. `failed` tells Atlas errno if there is no valgrind. */
_Noreturn static void become(char *const argv[], pid_t atlas, const sigset_t *mask, int failed)
{
    setpgid(0, 0);
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, getpid());
    restore_all();
    sigprocmask(SIG_SETMASK, mask, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    personality(ADDR_NO_RANDOMIZE); /* the same run again gives the same addresses */
    if (getppid() == atlas)
        execvp(argv[0], argv);
    if (write(failed, &errno, sizeof errno) < 0)
        _exit(126);
    _exit(127);
}

/* Fork and exec. Returns 0 or the errno of what failed. */
static int launch(struct child *c, char *const argv[])
{
    pid_t atlas = getpid();
    int report[2], error = 0;
    sigset_t before;

    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    block(&before);
    c->pid = fork();
    if (c->pid == 0)
        become(argv, atlas, &before, report[1]);
    error = c->pid < 0 ? errno : 0;
    if (c->pid > 0) {
        setpgid(c->pid, c->pid);
        group = c->pid;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (error == 0 && read(report[0], &error, sizeof error) != sizeof error)
        error = 0; /* closed by exec */
    close(report[0]);
    return error;
}

bool child_start(struct child *c, char *const argv[])
{
    char option[64];
    char **all;
    int ends[2], error;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        report_problem(NULL, 0, "cannot make a pipe: %s", strerror(errno));
        return false;
    }
    snprintf(option, sizeof option, "--log-file=/proc/%ld/fd/%d", (long)getpid(), ends[1]);
    snprintf(c->log, sizeof c->log, "/dev/fd/%d", ends[0]);
    all = valgrind_argv(argv, option);
    stopped_by = 0;
    write_end = ends[1];
    find_terminal();
    install_all();
    error = all != NULL ? launch(c, all) : ENOMEM;
    free(all);
    if (error == 0)
        return true;
    if (c->pid > 0)
        child_end(c);
    report_problem(NULL, 0, "valgrind cannot be started: %s (`make deps` installs it)",
                   strerror(error));
    return false;
}

void child_opened(struct child *c)
{
    sigset_t before;

    (void)c;
    block(&before);
    close_write_end();
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int child_end(struct child *c)
{
    sigset_t before;
    int status = 0;

    block(&before);
    kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    group = 0;
    close_write_end();
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, getpgrp());
    restore_all();
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
