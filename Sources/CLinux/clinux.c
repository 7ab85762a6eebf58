#define _GNU_SOURCE
#include "include/clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

const int32_t clinux_o_direct = O_DIRECT;
const int32_t clinux_o_tmpfile = O_TMPFILE;
const int32_t clinux_at_symlink_follow = AT_SYMLINK_FOLLOW;

// STATX_DIOALIGN came with Linux 6.1; older C libraries do not name it, the kernel's layout is fixed:
// stx_dio_mem_align and stx_dio_offset_align lie at bytes 152 and 156 of struct statx.
enum { statx_dioalign = 0x2000, dio_memory_at = 152, dio_offset_at = 156 };

clinux_direct_alignment_t clinux_direct_alignment(int32_t fd) {
  clinux_direct_alignment_t none = {0, 0, 0}, found = {1, 0, 0};
  unsigned char raw[256];
  uint32_t mask;
  memset(raw, 0, sizeof raw);
  if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, statx_dioalign, raw) != 0) return none;
  memcpy(&mask, raw, sizeof mask);
  if ((mask & statx_dioalign) == 0) return none;
  memcpy(&found.memory, raw + dio_memory_at, sizeof found.memory);
  memcpy(&found.offset, raw + dio_offset_at, sizeof found.offset);
  return found;
}

int32_t clinux_allocate(int32_t fd, int64_t byte_count) {
  return fallocate(fd, 0, 0, byte_count) == 0 ? 0 : errno;
}

static struct flock whole_file(short type) {
  struct flock range;
  memset(&range, 0, sizeof range);
  range.l_type = type;
  range.l_whence = SEEK_SET;
  return range;
}

int32_t clinux_lock(int32_t fd) {
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return errno;
  struct flock range = whole_file(F_WRLCK);
  if (fcntl(fd, F_OFD_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES)) return 0;
  return EWOULDBLOCK;
}

int32_t clinux_is_locked(int32_t fd) {
  struct flock range = whole_file(F_RDLCK);
  return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

uint32_t clinux_filesystem_magic(int32_t fd) {
  struct statfs found;
  return fstatfs(fd, &found) == 0 ? (uint32_t)found.f_type : 0;
}

int64_t clinux_seek(int32_t fd, int64_t offset, int32_t hole) {
  const off_t found = lseek(fd, offset, hole ? SEEK_HOLE : SEEK_DATA);
  return found >= 0 ? found : -errno;
}

int64_t clinux_copy_range(int32_t from, int32_t to, int64_t offset, int64_t byte_count) {
  off_t in = offset, out = offset;
  const ssize_t copied = copy_file_range(from, &in, to, &out, (size_t)byte_count, 0);
  return copied >= 0 ? copied : -errno;
}

int32_t clinux_eventfd(void) {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd >= 0 ? fd : -errno;
}

// Between fork and exec only what is allowed in a signal handler: other threads of the parent may hold any lock.
static _Noreturn void become_program(
  const char *program, char *const *arguments, int32_t output, int32_t errors, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
  // The parent may be gone already, and would not be noticed any more.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(127);
  const int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) _exit(127);
  execve(program, arguments, environ);
  _exit(127);
}

int32_t clinux_start_child(
  const char *program, char *const *arguments, int32_t output, int32_t errors, int32_t *child) {
  const pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  // A handler of the parent must not run in the child.
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = fork();
  if (pid == 0) become_program(program, arguments, output, errors, parent);
  const int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (pid < 0) return error;
  *child = pid;
  return 0;
}
