internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// Undo logs as files: created whole or not at all, with mode 0600, and durable with their names.
enum UndoLogFile {
  /// - Parameter write: fills the log.
  static func create(
    _ path: FilePath, _ write: (FileStorage) throws(RepairError) -> Void
  ) throws(Failure) -> UndoLog {
    guard path.string.utf8.count <= RepairMark.pathLimit else {
      throw Failure(.pathTooLong(limit: RepairMark.pathLimit), of: path)
    }
    let creation: DataFileCreation
    do throws(StorageError) { creation = try DataFileCreation(path) } catch { throw Failure(output: path, error) }
    do throws(RepairError) { try write(creation.storage) } catch {
      guard case .storage(let cause) = error else { throw Failure(error, of: path) }
      throw Failure(output: path, cause)
    }
    do throws(StorageError) { try creation.commit() } catch { throw Failure(output: path, error) }
    return try open(path)
  }

  static func open(_ path: FilePath) throws(Failure) -> UndoLog {
    let storage: FileStorage
    do throws(OpenError) { storage = try FileStorage.open(path, for: .reading(cached: true)) } catch {
      throw Failure(error)
    }
    do throws(RepairError) { return try UndoLog(storage) } catch {
      throw Failure(.declined, "\(error.words); nothing was written", of: path.string)
    }
  }

  /// Takes a log away whose repair was not begun, or was taken back wholly: it would stand in the way of the next try.
  static func remove(_ path: FilePath) {
    // If this fails the next try says what the file is.
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  /// What the file at a path is to a data file; nil if there is none.
  static func use(of path: FilePath, for file: any Storage) -> String? {
    guard (try? Stat(path, followTargetSymlink: false)) != nil else { return nil }
    guard let storage = try? FileStorage.open(path, for: .reading(cached: true)), let log = try? UndoLog(storage) else {
      return "it is no undo log, or not a whole one"
    }
    do throws(RepairError) {
      switch try RepairRun.progress(log, on: file) {
      case .done: return "it is the undo log of a repair that is in the file, and takes it back: keep it"
      case .notBegun:
        return "it is the undo log of a repair that was taken back or not begun, and of no use for the file as it is"
      case .partly: return "it is the undo log of a repair that is not finished: keep it"
      }
    } catch { return "it is an undo log, and of no use for the file as it is: \(error.words)" }
  }

  /// A name like `path` that nothing has.
  static func freeName(_ path: FilePath) -> FilePath {
    for number in 2... {
      let name = FilePath("\(path.string)-\(number)")
      if (try? Stat(name, followTargetSymlink: false)) == nil { return name }
    }
    preconditionFailure("a name is free before the numbers end")
  }
}
