import SystemPackage
import Testing

/// A medium that does not give some bytes of a file: a library that stands between the tool and the kernel.
///
/// No hook in the product: the loader puts it before the C library (LD_PRELOAD), so it needs a tool that is linked dynamically.
enum BadSectors {
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/types.h>
    #include <unistd.h>

    static int is_bad(int descriptor, size_t count, off_t offset) {
      const char *file = getenv("BAD_SECTORS_FILE"), *start = getenv("BAD_SECTORS_START"), *end = getenv("BAD_SECTORS_END");
      if (!file || !start || !end) return 0;
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length <= 0) return 0;
      path[length] = 0;
      const char *name = strrchr(path, '/');
      if (!name || strcmp(name + 1, file)) return 0;
      return offset < atoll(end) && offset + (off_t)count > atoll(start);
    }

    #define FAILING(name)                                                        \\
      ssize_t name(int descriptor, void *bytes, size_t count, off_t offset) {    \\
        static ssize_t (*next)(int, void *, size_t, off_t);                      \\
        if (!next) next = (ssize_t (*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, #name); \\
        if (!is_bad(descriptor, count, offset)) return next(descriptor, bytes, count, offset); \\
        errno = EIO;                                                             \\
        return -1;                                                               \\
      }

    FAILING(pread)
    FAILING(pread64)
    """

  static func build(in directory: TemporaryDirectory) throws -> FilePath {
    let source = try directory.file(".bad-sectors.c", Array(source.utf8))
    let library = directory[".bad-sectors.so"]
    let run = try Run.shell(
      #"$(command -v cc || command -v clang) -shared -fPIC -O1 -o "$2" "$1" -ldl"#, [source.string, library.string])
    #expect(run.exit == 0, "\(run)")
    return library
  }
}
