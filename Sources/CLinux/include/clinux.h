// Constants of Linux that the Glibc module does not show to Swift, because they hide behind _GNU_SOURCE.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

/// open(2) flags of this architecture.
extern const int32_t clinux_o_direct;
extern const int32_t clinux_o_tmpfile;
/// linkat(2): follow the symbolic link /proc/self/fd/N to the file itself.
extern const int32_t clinux_at_symlink_follow;

/// Alignment in bytes that direct I/O needs on the open file `fd`: of memory and of offsets. `known` is 0 when the kernel
/// cannot say; known alignments of 0 mean that the file does not support direct I/O.
typedef struct {
  uint32_t known;
  uint32_t memory;
  uint32_t offset;
} clinux_direct_alignment_t;
clinux_direct_alignment_t clinux_direct_alignment(int32_t fd);

/// fallocate(2) of the bytes from 0 to `byte_count`, lengthening the file, without the C library's emulation, which writes to
/// every block. Returns 0 or the error number.
int32_t clinux_allocate(int32_t fd, int64_t byte_count);

/// Locks the open file exclusively and without waiting, twice: by flock(2), which decides, and by a lock of its bytes that
/// belongs to the open file, which others can ask for without taking one (a filesystem that has no such locks is let pass).
/// A shim because Swift takes the name of flock(2) for that of a structure. Returns 0 or the error number.
int32_t clinux_lock(int32_t fd);

/// Whether another open file holds the lock of its bytes that `clinux_lock` takes. Takes no lock. 0 if nobody does.
int32_t clinux_is_locked(int32_t fd);

/// The number by which statfs(2) knows the filesystem of the open file `fd`; 0 if it does not tell.
uint32_t clinux_filesystem_magic(int32_t fd);

/// The first byte from `offset` on of the open file `fd` that is not in a hole, or, if `hole` is not 0, that is; lseek(2).
/// Returns minus the error number: ENXIO if there is none.
int64_t clinux_seek(int32_t fd, int64_t offset, int32_t hole);

/// copy_file_range(2) of `byte_count` bytes at `offset` of both files: where the filesystem can, they share their blocks.
/// Returns how many were copied, or minus the error number.
int64_t clinux_copy_range(int32_t from, int32_t to, int64_t offset, int64_t byte_count);

/// eventfd(2) that does not block and is not inherited; a shim because the Glibc module does not have it. Returns the
/// descriptor, or minus the error number.
int32_t clinux_eventfd(void);

/// Runs `program` in a child process that the kernel kills when the calling thread ends, which posix_spawn cannot ask for; call
/// it from the main thread. The child has a process group of its own, no input, `output` and `errors` as standard output and
/// error, and signals as usual. Returns 0 and the child, or the error number; a program that cannot be run is exit 127.
int32_t clinux_start_child(
  const char *program, char *const *arguments, int32_t output, int32_t errors, int32_t *child);

#endif
