#include "run_atlas.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const char *program(void)
{
    const char *name = getenv("ATLAS");

    return name != NULL ? name : "build/atlas";
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static int as_status(int status)
{
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* All that was written to the file. */
static void slurp(FILE *file, char text[RUN_ATLAS_TEXT])
{
    rewind(file);
    text[fread(text, 1, RUN_ATLAS_TEXT - 1, file)] = '\0';
    fclose(file);
}

static int wait_for(pid_t pid, unsigned seconds)
{
    int status;

    for (unsigned i = 0; i < seconds * 50; i++) {
        pid_t got = waitpid(pid, &status, WNOHANG);

        if (got == pid)
            return as_status(status);
        if (got < 0 && errno != EINTR)
            break;
        nap();
    }
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    fail_msg("no end after %u s", seconds);
    return -SIGKILL;
}

void run_atlas(struct run_atlas *r, const char *command_line)
{
    FILE *out = tmpfile(), *err = tmpfile();
    char line[1000];
    pid_t pid;

    assert_true(out != NULL && err != NULL);
    snprintf(line, sizeof line, "atlas() { %s \"$@\"; }; %s", program(), command_line);
    pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        if (freopen("/dev/null", "r", stdin) == NULL)
            _exit(127);
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    r->status = wait_for(pid, RUN_ATLAS_SECONDS);
    slurp(out, r->out);
    slurp(err, r->err);
}

pid_t run_atlas_start(int *out, char *const argv[])
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (freopen("/dev/null", "r", stdin) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(127);
        execv(program(), argv);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return pid;
}

int run_atlas_wait(pid_t pid)
{
    return wait_for(pid, RUN_ATLAS_SECONDS);
}

/* The letter of the process's state in /proc/PID/stat; 0 if there is no such process. */
static char state_of(pid_t pid)
{
    char name[40], text[300], *end = NULL;
    FILE *file;

    snprintf(name, sizeof name, "/proc/%ld/stat", (long)pid);
    file = fopen(name, "r");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) != NULL)
        end = strrchr(text, ')');
    fclose(file);
    return end != NULL ? end[2] : 0;
}

bool run_atlas_gone(pid_t pid)
{
    for (unsigned i = 0; i < 250; i++) {
        char state = state_of(pid);

        if (state == 0 || state == 'Z')
            return true;
        nap();
    }
    return false;
}

const char *run_atlas_last_line(char *text)
{
    size_t len = strlen(text);
    char *newline;

    if (len > 0 && text[len - 1] == '\n')
        text[len - 1] = '\0';
    newline = strrchr(text, '\n');
    return newline != NULL ? newline + 1 : text;
}

void run_atlas_ends(struct run_atlas *r, const char *command_line, int status)
{
    run_atlas(r, command_line);
    if (r->status != status)
        fail_msg("%s: status %d, expected %d: %s", command_line, r->status, status, r->err);
}

void run_atlas_says(const struct run_atlas *r, const char *text)
{
    if (strstr(r->err, text) == NULL)
        fail_msg("no \"%s\" in: %s", text, r->err);
}

int run_atlas_make_file(void **state)
{
    static char path[40];
    int fd;

    (void)state;
    snprintf(path, sizeof path, "/tmp/atlas_test_file_XXXXXX");
    fd = mkstemp(path);
    return fd < 0 || close(fd) != 0 || setenv("T", path, 1) != 0;
}

int run_atlas_drop_file(void **state)
{
    (void)state;
    return remove(getenv("T"));
}
