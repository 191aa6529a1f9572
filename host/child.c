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

static volatile sig_atomic_t group;    /* process group of the program, or 0 */
static volatile sig_atomic_t read_end; /* of lackey's pipe                    */
static volatile sig_atomic_t stopped_by;
static bool has_terminal; /* standard input is a terminal, and Atlas was in its foreground */

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof stop_signals[0], LOG_FD = 900 };

static void on_stop(int sig)
{
    int kept = errno;

    stopped_by = sig;
    if (group > 0)
        kill(-group, SIGKILL);
    errno = kept;
}

/* The program ended, and all that lackey wrote is in the pipe: it ends when it is empty, whoever
 * still holds the other end. */
static void on_child(int sig)
{
    int kept = errno;
    siginfo_t info = {0};

    (void)sig;
    if (group > 0 && waitid(P_PID, (id_t)group, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == group)
        fcntl(read_end, F_SETFL, O_NONBLOCK);
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

/* The guard: learns the group from the lifeline, waits for its end, and kills the group. */
_Noreturn static void guard(int lifeline)
{
    pid_t program = 0;
    ssize_t got;

    do
        got = read(lifeline, &program, sizeof program);
    while (got > 0 || (got < 0 && errno == EINTR));
    if (program > 0)
        kill(-program, SIGKILL);
    _exit(0);
}

/* Start the guard, before there is anything that it must not hold open. All its signals are
 * blocked: it ends when Atlas does. Returns 0 or the errno of what failed. */
static int start_guard(struct child *c)
{
    int ends[2], error;
    sigset_t before;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    block(&before);
    c->guard = fork();
    error = c->guard < 0 ? errno : 0;
    if (c->guard == 0) {
        close(ends[1]);
        guard(ends[0]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    c->lifeline = ends[1];
    return error;
}

static void end_guard(struct child *c)
{
    close(c->lifeline);
    while (c->guard > 0 && waitpid(c->guard, NULL, 0) < 0 && errno == EINTR) {
    }
    c->guard = 0;
}

/* In the new process: never returns. `failed` tells Atlas errno if there is no valgrind. */
_Noreturn static void become(char *const argv[], int log, const sigset_t *mask, int failed)
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
        become(argv, log, &before, failed[1]);
    if (c->pid < 0) {
        error = errno;
        c->pid = 0;
    } else {
        setpgid(c->pid, c->pid);
        group = c->pid;
        if (write(c->lifeline, &c->pid, sizeof c->pid) < 0)
            error = errno;
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

/* The guard, the pipe, and the program. Returns 0 or the errno of what failed. */
static int start_all(struct child *c, char *const argv[])
{
    int error = start_guard(c), log;
    char option[32], **all;

    if (error != 0)
        return error;
    log = open_log(c);
    if (log < 0)
        return errno;
    read_end = c->log;
    snprintf(option, sizeof option, "--log-fd=%d", log);
    all = valgrind_argv(argv, option);
    has_terminal = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
    install_all();
    error = all != NULL ? launch(c, all, log) : ENOMEM;
    free(all);
    close(log);
    return error;
}

bool child_start(struct child *c, char *const argv[])
{
    int error;

    *c = (struct child){.lifeline = -1, .log = -1};
    stopped_by = 0;
    error = start_all(c, argv);
    if (error == 0)
        return true;
    child_end(c);
    report_problem(NULL, 0, "valgrind cannot be started: %s (`make deps` installs it)",
                   strerror(error));
    return false;
}

int child_end(struct child *c)
{
    sigset_t before;
    int status = 0;

    block(&before);
    if (c->pid > 0)
        kill(-c->pid, SIGKILL);
    end_guard(c); /* before the wait: until then the group is surely the program's */
    while (c->pid > 0 && waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    group = 0;
    close(c->log);
    if (has_terminal)
        tcsetpgrp(STDIN_FILENO, getpgrp());
    restore_all();
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
