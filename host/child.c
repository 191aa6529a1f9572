/* child.c: see child.h. */
#define _GNU_SOURCE /* pipe2, personality */

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* ---- Signals ------------------------------------------------------------------------------- */

static volatile sig_atomic_t groups[CHILDREN_MAX];    /* process group of a program, or 0 */
static volatile sig_atomic_t read_ends[CHILDREN_MAX]; /* of its lackey's pipe             */
static volatile sig_atomic_t stopped_by;
static unsigned running;    /* programs                                                   */
static unsigned foreground; /* slot of the program that has the terminal, or CHILDREN_MAX */

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof stop_signals[0], LOG_FD = 900 };

static void on_stop(int sig)
{
    int kept = errno;

    stopped_by = sig;
    for (unsigned i = 0; i < CHILDREN_MAX; i++)
        if (groups[i] > 0)
            kill(-groups[i], SIGKILL);
    errno = kept;
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* A program ended, and all that its lackey wrote is in the pipe: it ends when it is empty, whoever
 * still holds the other end. */
static void on_child(int sig)
{
    int kept = errno;

    (void)sig;
    for (unsigned i = 0; i < CHILDREN_MAX; i++)
        if (groups[i] > 0 && has_ended(groups[i]))
            fcntl(read_ends[i], F_SETFL, O_NONBLOCK);
    errno = kept;
}

static void install(int sig, void (*handler)(int))
{
    struct sigaction action = {.sa_flags = SA_RESTART | SA_NOCLDSTOP};

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
    static const char *const before[] = {"valgrind",          "--command-line-only=yes",
                                         "--tool=lackey",     "--trace-mem=yes",
                                         "--basic-counts=no", "--vgdb=no",
                                         "--quiet",           "--child-silent-after-fork=yes"};
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

/* ---- The guard ----------------------------------------------------------------------------- */

static pid_t guard;       /* its process, or 0                                        */
static int lifeline = -1; /* tells it of groups; closed when Atlas dies, and it kills */

/* What the guard does: a number is a group that began, its negative one that has ended. */
_Noreturn static void keep_watch(int in)
{
    pid_t watched[CHILDREN_MAX] = {0}, pid;
    ssize_t got;

    while ((got = read(in, &pid, sizeof pid)) > 0 || (got < 0 && errno == EINTR)) {
        unsigned i = 0;

        while (i < CHILDREN_MAX && watched[i] != (pid > 0 ? 0 : -pid))
            i++;
        if (got > 0 && i < CHILDREN_MAX)
            watched[i] = pid > 0 ? pid : 0;
    }
    for (unsigned i = 0; i < CHILDREN_MAX; i++)
        if (watched[i] > 0)
            kill(-watched[i], SIGKILL);
    _exit(0);
}

/* Start the guard, before there is anything that it must not hold open. All its signals are
 * blocked: it ends when Atlas does. Returns 0 or the errno of what failed. */
static int start_guard(void)
{
    int ends[2], error;
    sigset_t before;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    block(&before);
    guard = fork();
    error = guard < 0 ? errno : 0;
    if (guard == 0) {
        close(ends[1]);
        keep_watch(ends[0]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    lifeline = ends[1];
    return error;
}

static int tell_guard(pid_t pid)
{
    return write(lifeline, &pid, sizeof pid) < 0 ? errno : 0;
}

static void end_guard(void)
{
    close(lifeline);
    lifeline = -1;
    while (guard > 0 && waitpid(guard, NULL, 0) < 0 && errno == EINTR) {
    }
    guard = 0;
}

/* ---- A program ----------------------------------------------------------------------------- */

/* In the new process: never returns. `failed` tells Atlas errno if there is no valgrind. */
_Noreturn static void become(char *const argv[], int log, const sigset_t *mask, int failed,
                             bool has_terminal)
{
    setpgid(0, 0);
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, getpid());
    restore_all();
    sigprocmask(SIG_SETMASK, mask, NULL);
    personality(ADDR_NO_RANDOMIZE); /* the same run again gives the same addresses */
    if (fcntl(log, F_SETFD, 0) == 0)
        execvp(argv[0], argv);
    if (write(failed, &errno, sizeof errno) < 0)
        _exit(126);
    _exit(127);
}

/* Fork and exec. Returns 0 or the errno of what failed; then c->pid is 0, or that of a process
 * that has ended. */
static int launch(struct child *c, char *const argv[], int log)
{
    int failed[2], error = 0;
    sigset_t before;

    if (pipe2(failed, O_CLOEXEC) != 0)
        return errno;
    block(&before);
    c->pid = fork();
    if (c->pid == 0)
        become(argv, log, &before, failed[1], foreground == c->slot);
    if (c->pid < 0) {
        error = errno;
        c->pid = 0;
    } else {
        setpgid(c->pid, c->pid);
        groups[c->slot] = c->pid;
        error = tell_guard(c->pid);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(failed[1]);
    if (c->pid > 0 && error == 0 && read(failed[0], &error, sizeof error) != sizeof error)
        error = 0; /* closed by exec */
    close(failed[0]);
    return error;
}

/* The pipe for lackey's lines, its write end at a high descriptor if there can be one: valgrind
 * leaves it open for the program. Returns that end, or -1. */
static int open_log(struct child *c)
{
    int ends[2], high;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    c->log = ends[0];
    high = fcntl(ends[1], F_DUPFD_CLOEXEC, LOG_FD);
    if (high < 0)
        return ends[1];
    close(ends[1]);
    return high;
}

/* The pipe and the program. Returns 0 or the errno of what failed. */
static int start_program(struct child *c, char *const argv[])
{
    int error, log = open_log(c);
    char option[32], **all;

    if (log < 0)
        return errno;
    read_ends[c->slot] = c->log;
    snprintf(option, sizeof option, "--log-fd=%d", log);
    all = valgrind_argv(argv, option);
    if (isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp())
        foreground = c->slot;
    error = all != NULL ? launch(c, all, log) : ENOMEM;
    free(all);
    close(log);
    return error;
}

/* What all programs share begins with the first one. Returns 0 or the errno of what failed. */
static int begin(void)
{
    if (running++ > 0)
        return 0;
    stopped_by = 0;
    foreground = CHILDREN_MAX;
    install_all();
    return start_guard();
}

bool child_start(struct child *c, char *const argv[])
{
    int error;

    *c = (struct child){.log = -1};
    while (groups[c->slot] != 0)
        c->slot++;
    error = begin();
    if (error == 0)
        error = start_program(c, argv);
    if (error == 0)
        return true;
    child_end(c);
    report_problem(NULL, 0, "valgrind cannot be started: %s (`make deps` installs it)",
                   strerror(error));
    return false;
}

/* Kill the group. Until the wait it is surely the program's. */
static void kill_group(const struct child *c)
{
    if (c->pid <= 0)
        return;
    kill(-c->pid, SIGKILL);
    tell_guard(-c->pid);
}

int child_end(struct child *c)
{
    sigset_t before;
    int status = 0;

    block(&before);
    kill_group(c);
    while (c->pid > 0 && waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    groups[c->slot] = 0;
    close(c->log);
    if (foreground == c->slot) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        foreground = CHILDREN_MAX;
    }
    if (--running == 0) {
        end_guard();
        restore_all();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
