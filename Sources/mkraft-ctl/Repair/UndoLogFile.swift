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
}
