// Constants of Linux that the Glibc module does not show to Swift, because they hide behind _GNU_SOURCE.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

/// open(2) flags of this architecture.
extern const int32_t clinux_o_direct;
extern const int32_t clinux_o_tmpfile;
/// linkat(2): follow the symbolic link /proc/self/fd/N to the file itself.
extern const int32_t clinux_at_symlink_follow;

/// Alignment in bytes that direct I/O needs on the open file `fd`: of memory and of offsets. 0 when the kernel cannot say.
typedef struct {
  uint32_t memory;
  uint32_t offset;
} clinux_direct_alignment_t;
clinux_direct_alignment_t clinux_direct_alignment(int32_t fd);

#endif
