#define _GNU_SOURCE
#include "include/clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
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

int32_t clinux_lock(int32_t fd) {
  return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

uint32_t clinux_filesystem_magic(int32_t fd) {
  struct statfs found;
  return fstatfs(fd, &found) == 0 ? (uint32_t)found.f_type : 0;
}
